@echo off
call "%~dp0tools\install.cmd" %*
pause
