; Inno Setup 6 makes the installer for Windows from this: per user, without an administrator.
; Called with /DVersion=... /DNumbers=... /DBundle=... /DIcons=... /DOutput=...

#define Name "Backprop Lab"
#define Program "backprop-lab.exe"
#define Kind "BackpropLab.Project"

[Setup]
AppId={{6E0B7C35-8B0E-4B7B-9F4C-5B3C2A6D1F10}
AppName={#Name}
AppVersion={#Version}
VersionInfoVersion={#Numbers}
AppPublisher=Backprop Lab contributors
DefaultDirName={autopf}\{#Name}
DefaultGroupName={#Name}
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0
ChangesAssociations=yes
Compression=lzma2/max
SolidCompression=yes
LicenseFile={#Bundle}\_internal\LICENSE
SetupIconFile={#Icons}\backprop-lab.ico
UninstallDisplayIcon={app}\{#Program}
WizardStyle=modern
OutputDir={#Output}
OutputBaseFilename=backprop-lab-{#Version}-windows-x64-setup

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; Files of an older version, which the new one might load in place of its own.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
; With backprop-lab-console.exe, the same program for terminals and administrators.
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion
Source: "{#Icons}\backprop-lab-project.ico"; DestDir: "{app}"; Flags: ignoreversion

[Icons]
Name: "{autoprograms}\{#Name}"; Filename: "{app}\{#Program}"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\{#Program}"; Tasks: desktopicon

[Registry]
; HKA is the user's part of the registry, or the machine's where an administrator installs for all.
Root: HKA; Subkey: "Software\Classes\.bplab"; ValueType: string; ValueData: "{#Kind}"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.bplab\OpenWithProgids"; ValueType: string; ValueName: "{#Kind}"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\{#Kind}"; ValueType: string; ValueData: "{#Name} project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\{#Kind}\DefaultIcon"; ValueType: string; ValueData: "{app}\backprop-lab-project.ico"
Root: HKA; Subkey: "Software\Classes\{#Kind}\shell\open\command"; ValueType: string; ValueData: """{app}\{#Program}"" ""%1"""

[Run]
Filename: "{app}\{#Program}"; Description: "{cm:LaunchProgram,{#Name}}"; Flags: nowait postinstall skipifsilent

[UninstallDelete]
; Compiled kernels, which can be made again; projects, settings and copies of work stay.
Type: filesandordirs; Name: "{localappdata}\backprop-lab\Cache"
