@echo off
rem Finds a Python that this bundle has wheels for and hands over to install.py. ASCII only: the console's code page varies.
setlocal
chcp 65001 >nul
cd /d "%~dp0.."
for %%v in (@VERSIONS@) do (
    py -%%v -c "import venv" >nul 2>nul && (
        py -%%v tools\install.py %*
        goto done
    )
)
python -c "import sys; sys.exit('%%d.%%d' %% sys.version_info[:2] not in '@VERSIONS@'.split())" >nul 2>nul && (
    python tools\install.py %*
    goto done
)
type tools\no-python.txt
exit /b 1
:done
exit /b %errorlevel%
