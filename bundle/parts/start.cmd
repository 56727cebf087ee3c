@echo off
rem Starts PlanSeek; installs it first where that has not been done. ASCII only: the console's code page varies.
setlocal
chcp 65001 >nul
cd /d "%~dp0.."
if not exist env\Scripts\python.exe call tools\install.cmd
if exist env\Scripts\python.exe env\Scripts\python.exe tools\start.py %*
