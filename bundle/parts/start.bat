@echo off
call "%~dp0tools\start.cmd" %*
pause
