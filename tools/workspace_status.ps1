# The PowerShell twin of workspace_status.sh, for Windows: it reads and writes
# the same, by the same rules, which are written out at the head of that file.
#
# Copy it into your own workspace and name it in .bazelrc:
#
#     build:release --stamp
#     build:release --workspace_status_command="powershell -NoProfile -ExecutionPolicy Bypass -File tools/workspace_status.ps1"
#
# It is written for Windows PowerShell 5.1 and PowerShell 7. It is UNTRIED: the
# project's own machines have no PowerShell, so only its syntax is checked.
# Links are not followed when a checkout is placed relative to the workspace.
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$diffBase = 'refs/tags/THEROCK_UPSTREAM_DIFFBASE'
$utf8 = New-Object System.Text.UTF8Encoding($false)
$script:faults = 0
$script:status = New-Object System.Text.StringBuilder

# Writes as bytes: the console's own encoding and line ends would change them.
function Write-Bytes([System.IO.Stream] $Stream, [string] $Text) {
  $bytes = $utf8.GetBytes($Text)
  $Stream.Write($bytes, 0, $bytes.Length)
  $Stream.Flush()
}
$stdout = [Console]::OpenStandardOutput()
$stderr = [Console]::OpenStandardError()

# Foreign text fit for a line of a log: without anything that could be a user
# name or a token, control and bidirectional characters as "?".
function Get-Clean([string] $Text) {
  $Text = $Text -creplace '://.*@', '://'
  $Text = $Text -creplace '(://[^ ?]*)\?[^ ]*', '$1'
  $Text = $Text -creplace '[^ ]*@([A-Za-z0-9._-]+:[^ ])', '$1'
  return $Text -creplace '[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f]', '?'
}
function Write-Line([string] $Level, [string] $Who, [string] $Text) {
  Write-Bytes $stderr ("workspace_status: {0}: {1}: {2}`n" -f $Level, $Who, (Get-Clean $Text))
}
function Write-Fault([string] $Who, [string] $Text) {
  $script:faults++
  Write-Line 'error' $Who $Text
}
function Write-Words([string] $Level, [string] $Who, [string] $Words) {
  foreach ($line in ($Words -split "`r?`n")) {
    if ($line -ne '') { Write-Line $Level $Who "git: $line" }
  }
}

function Get-Setting([string] $Name) {
  $value = [Environment]::GetEnvironmentVariable($Name)
  if ($null -eq $value) { return '' }
  return $value
}

# An argument as the C runtime of Windows takes it apart again.
function ConvertTo-Argument([string] $Argument) {
  if ($Argument -ne '' -and $Argument -notmatch '[\s"]') { return $Argument }
  $escaped = $Argument -replace '(\\*)"', '$1$1\"' -replace '(\\+)$', '$1$1'
  return '"' + $escaped + '"'
}

# Runs git in a folder. Its standard output is the only thing that ever becomes
# a value. Programs that a checkout's own configuration names for speed are not
# started.
function Invoke-Git([string] $Dir, [string[]] $Arguments) {
  $all = @('--no-pager', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null',
    '-c', 'log.showSignature=false', '-C', $Dir) + $Arguments
  $start = New-Object System.Diagnostics.ProcessStartInfo
  $start.FileName = $script:git
  $start.Arguments = (@($all | ForEach-Object { ConvertTo-Argument $_ }) -join ' ')
  $start.UseShellExecute = $false
  $start.RedirectStandardInput = $true
  $start.RedirectStandardOutput = $true
  $start.RedirectStandardError = $true
  $start.StandardOutputEncoding = $utf8
  $start.StandardErrorEncoding = $utf8
  $process = [System.Diagnostics.Process]::Start($start)
  $process.StandardInput.Close()
  $words = $process.StandardError.ReadToEndAsync() # else a full pipe stops both
  $out = $process.StandardOutput.ReadToEnd()
  $process.WaitForExit()
  return @{ Code = $process.ExitCode; Out = $out; Words = $words.Result; Line = ($out -split "`r?`n")[0] }
}

# Asks for what must be there; $null where it is not.
function Get-Needed([string] $Who, [string] $What, [string] $Remedy, [string] $Dir, [string[]] $Arguments) {
  $answer = Invoke-Git $Dir $Arguments
  if ($answer.Code -ne 0) {
    if ($answer.Words -cmatch 'dubious ownership|unsafe repository') {
      $Remedy = 'own the checkout, or let git trust it by the command that git names'
    }
    Write-Fault $Who "cannot read $What of $Dir (git $($Arguments[0]) gave exit code $($answer.Code))"
    Write-Words 'error' $Who $answer.Words
    Write-Line 'error' $Who "remedy: $Remedy"
    return $null
  }
  Write-Words 'warning' $Who $answer.Words
  return $answer
}

# What may be published of an origin; $null where that is nothing.
function Get-PublicRemote([string] $Url) {
  $name = '[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?'
  if ($Url -cmatch '(?s)\A([A-Za-z]+)://([^/?#]*)(/.*)\z') {
    $scheme = $Matches[1].ToLowerInvariant() + '://'
    $authority = $Matches[2]
    $path = $Matches[3]
    $separator = ''
    if ($scheme -cne 'https://' -and $scheme -cne 'ssh://') { return $null }
    if (-not ($authority -cmatch "(?s)\A(.*@)?((?:$name|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)\z")) { return $null }
  } elseif (-not $Url.Contains('://') -and $Url -cmatch '(?s)\A([^:]*):(?!:)(.*)\z') {
    $scheme = ''
    $authority = $Matches[1]
    $path = $Matches[2]
    $separator = ':'
    if (-not ($authority -cmatch "(?s)\A([^/]*@)?($name)\z") -or $Matches[2].Length -lt 2) { return $null }
  } else {
    return $null
  }
  $hostPart = $Matches[2]
  $login = ''
  if ($Matches.ContainsKey(1) -and $Matches[1] -cmatch '\Agit[:@]') { $login = 'git@' }
  if ($path.Contains('@')) { return $null }
  $path = ($path -split '[?#]')[0]
  if ($path -ceq '/' -or $path -cnotmatch '\A[\]A-Za-z0-9._~!$&''()*+,;=:%/-]+\z') { return $null }
  return $scheme + $login + $hostPart + $separator + $path
}

# The facts of one checkout; what cannot be read stays empty and is a fault.
function Get-Checkout([string] $Who, [string] $Dir, [bool] $Configured, [string] $Variable) {
  $facts = @{ Commit = ''; Upstream = ''; Time = ''; Describe = ''; Remote = ''; Head = ''; Dirty = '' }
  $mend = 'mend the checkout, or clone it anew'
  $setIt = "set $Variable to the root of a git checkout (relative folders start at the workspace)"

  $place = Get-Needed $Who 'the checkout' $setIt $Dir @('rev-parse', '--is-inside-work-tree', '--show-cdup')
  if ($null -eq $place) { return $facts }
  $lines = @($place.Out -split "`r?`n")
  if ($lines[0] -cne 'true') {
    Write-Fault $Who "$Dir is no work tree of a git checkout (a bare repository, or git's own folder)"
    Write-Line 'error' $Who "remedy: $setIt"
    return $facts
  }
  if ($lines.Count -gt 1 -and $lines[1] -ne '') {
    # git walks up to any folder that has a .git, so an unpacked archive inside
    # another checkout would be given that checkout's commit.
    if ($Configured -or (Invoke-Git $Dir @('rev-parse', '--quiet', '--verify', 'HEAD:./')).Code -ne 0) {
      Write-Fault $Who "$Dir is no checkout itself: it lies inside the checkout at $($lines[1].TrimEnd('/')) above it"
      Write-Line 'error' $Who "remedy: $setIt"
      return $facts
    }
  }

  $log = Get-Needed $Who 'the commit' 'make a commit, or check one out' $Dir @('log', '-1', '-s', '--no-decorate',
    '--no-color', '--date=format-local:%Y-%m-%dT%H:%M:%SZ', '--format=%H %cd')
  if ($null -ne $log) {
    if ($log.Line -cmatch '\A([0-9a-f]{40}|[0-9a-f]{64}) (.+)\z') {
      $facts.Commit = $Matches[1]
      $facts.Time = $Matches[2]
    } else {
      Write-Fault $Who "git log gave no full commit for HEAD of $Dir"
    }
  }
  $head = Invoke-Git $Dir @('symbolic-ref', '--quiet', 'HEAD')
  if ($head.Code -eq 0) {
    Write-Words 'warning' $Who $head.Words
    $facts.Head = $head.Line
  } elseif ($head.Words -ne '') { # detached is exit code 1 without a word
    Write-Fault $Who "cannot read HEAD of $Dir"
    Write-Words 'error' $Who $head.Words
    Write-Line 'error' $Who "remedy: $mend"
  }
  if ($facts.Commit -ne '') {
    $describe = Get-Needed $Who 'the description' $mend $Dir @('describe', '--tags', '--always',
      '--abbrev=12', '--exclude', $diffBase.Substring('refs/tags/'.Length), $facts.Commit)
    if ($null -ne $describe) { $facts.Describe = $describe.Line }
    $tag = Get-Needed $Who 'the tags' $mend $Dir @('for-each-ref', '--format=%(refname)', $diffBase)
    if ($null -ne $tag -and $tag.Line -ceq $diffBase) {
      $upstream = Get-Needed $Who 'the commit of tag THEROCK_UPSTREAM_DIFFBASE' 'let the tag name a commit' $Dir @(
        'rev-parse', '--verify', "$diffBase^{commit}")
      if ($null -ne $upstream) { $facts.Upstream = $upstream.Line }
    }
    $state = Get-Needed $Who 'the state' $mend $Dir @('status', '--porcelain=v1', '--untracked-files=no',
      '--ignore-submodules=untracked', '--no-renames')
    if ($null -ne $state) { $facts.Dirty = if ($state.Out -ne '') { 'true' } else { 'false' } }
  }

  $origin = Invoke-Git $Dir @('config', '-z', '--get-all', 'remote.origin.url')
  if ($origin.Code -eq 0) {
    Write-Words 'warning' $Who $origin.Words
    $remote = Get-PublicRemote (($origin.Out -split "`0")[0])
    if ($null -ne $remote) {
      $facts.Remote = $remote
    } else {
      Write-Line 'warning' $Who 'the origin is no https, ssh or scp-like address that can be made public: it stays empty'
    }
  } elseif ($origin.Code -ne 1 -or $origin.Words -ne '') {
    Write-Fault $Who "cannot read the origin of $Dir (git config gave exit code $($origin.Code))"
    Write-Words 'error' $Who $origin.Words
    Write-Line 'error' $Who "remedy: $mend"
  } elseif (-not $Configured) {
    Write-Line 'warning' $Who 'the workspace has no remote named origin: the address stays empty'
  } else {
    Write-Fault $Who "$Dir has no origin"
    Write-Words 'error' $Who (Invoke-Git $Dir @('remote', 'get-url', 'origin')).Words
    Write-Line 'error' $Who 'remedy: git remote add origin URL'
  }
  return $facts
}

# A folder's name in the document: relative to the workspace, else its last element.
function Get-Relative([string] $Dir) {
  $separators = [char[]] @('\', '/')
  $top = [System.IO.Path]::GetFullPath($script:workspace).TrimEnd($separators)
  $full = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($script:workspace, $Dir)).TrimEnd($separators)
  $sameCase = [StringComparison]::Ordinal
  if ([System.IO.Path]::DirectorySeparatorChar -eq '\') { $sameCase = [StringComparison]::OrdinalIgnoreCase }
  if ($full.Equals($top, $sameCase)) { return '.' }
  if ($full.StartsWith($top + [System.IO.Path]::DirectorySeparatorChar, $sameCase)) {
    return $full.Substring($top.Length + 1).Replace('\', '/')
  }
  return [System.IO.Path]::GetFileName($full)
}

function Add-Value([string] $Key, [string] $Value) {
  if ($Value -match '[\x00-\x1f\x7f]' -or $Value.StartsWith(' ') -or $Value.EndsWith(' ')) {
    Write-Fault $Key 'the value has a control character in it or a space at an end, which a status file cannot carry'
  }
  [void] $script:status.Append("$Key $Value`n")
}

# A time as RFC 3339 in UTC; '' after a fault.
function Get-Utc([string] $Variable, [string] $Value) {
  $culture = [System.Globalization.CultureInfo]::InvariantCulture
  $layout = "yyyy-MM-dd'T'HH:mm:ss'Z'"
  $time = [DateTime]::MinValue
  $style = [System.Globalization.DateTimeStyles]::None
  if ($Variable -cne 'SOURCE_DATE_EPOCH' -and [DateTime]::TryParseExact($Value, $layout, $culture, $style, [ref] $time)) {
    return $Value
  }
  if ($Value -cmatch '\A(0|[1-9][0-9]{0,11})\z' -and [long] $Value -le 253402300799) {
    return [DateTimeOffset]::FromUnixTimeSeconds([long] $Value).UtcDateTime.ToString($layout, $culture)
  }
  $wanted = 'seconds since 1970 in decimal digits'
  if ($Variable -cne 'SOURCE_DATE_EPOCH') { $wanted = "a time in UTC as 2026-01-31T12:00:00Z, or $wanted" }
  Write-Fault $Variable "got `"$Value`", want $wanted"
  return ''
}

function Add-Sources([string] $List) {
  if ($List -eq '') { return }
  $seen = @{}
  $n = 0
  foreach ($member in $List.Split(';')) {
    $n++
    $at = $member.IndexOf('=')
    if ($at -lt 0 -or $at -eq $member.Length - 1) {
      Write-Fault 'PYTORCH_MANIFEST_SOURCES' "member $n is `"$member`", want name=folder; members are separated by `";`" and none is empty"
      continue
    }
    $name = $member.Substring(0, $at)
    $dir = $member.Substring($at + 1)
    if ($name -cnotmatch '\A[a-z][a-z0-9_]*\z' -or $name -clike '*_upstream') {
      Write-Fault 'PYTORCH_MANIFEST_SOURCES' "member $n has the name `"$name`", want [a-z][a-z0-9_]* that does not end in _upstream"
      continue
    }
    if ($seen.ContainsKey($name)) {
      Write-Fault 'PYTORCH_MANIFEST_SOURCES' "member $n names $name again, want each source once"
      continue
    }
    $seen[$name] = $true
    if ($null -eq $script:git) { continue }
    $facts = Get-Checkout "source $name" $dir $true "$name=... in PYTORCH_MANIFEST_SOURCES"
    $key = 'STABLE_SOURCE_' + $name.ToUpperInvariant()
    Add-Value "${key}_COMMIT" $facts.Commit
    Add-Value "${key}_UPSTREAM_COMMIT" $facts.Upstream
    Add-Value "${key}_COMMIT_TIME" $facts.Time
    Add-Value "${key}_DESCRIBE" $facts.Describe
    Add-Value "${key}_REMOTE" $facts.Remote
    Add-Value "${key}_BRANCH" ($facts.Head -creplace '\Arefs/heads/', '')
    Add-Value "${key}_DIRTY" $facts.Dirty
    Add-Value "${key}_DIR" (Get-Relative $dir)
  }
}

function Add-CI {
  if ((Get-Setting 'GITHUB_ACTIONS') -cne 'true') { return }
  $id = Get-Setting 'GITHUB_RUN_ID'
  $attempt = Get-Setting 'GITHUB_RUN_ATTEMPT'
  $server = Get-Setting 'GITHUB_SERVER_URL'
  $repository = Get-Setting 'GITHUB_REPOSITORY'
  $url = ''
  if ($id -eq '' -or $server -eq '' -or $repository -eq '') {
    Write-Line 'warning' 'CI' 'GITHUB_ACTIONS is true, but GITHUB_RUN_ID, GITHUB_SERVER_URL or GITHUB_REPOSITORY is empty: the address of the run stays empty'
  } elseif ($server -cnotmatch '\Ahttps?://[A-Za-z0-9.:_-]+(/[A-Za-z0-9._~/-]*)?\z') {
    Write-Fault 'GITHUB_SERVER_URL' 'want https://HOST without a user name'
  } else {
    $url = ($server -creplace '/\z', '') + "/$repository/actions/runs/$id"
    if ($attempt -ne '') { $url += "/attempts/$attempt" }
  }
  Add-Value 'STABLE_CI_RUN_ID' $id
  Add-Value 'STABLE_CI_RUN_ATTEMPT' $attempt
  Add-Value 'STABLE_CI_JOB_ID' (Get-Setting 'GITHUB_JOB')
  Add-Value 'STABLE_CI_RUN_URL' $url
}

function Add-Started {
  $value = ''
  foreach ($variable in 'BUILD_STARTED_AT', 'SOURCE_DATE_EPOCH') {
    if ((Get-Setting $variable) -ne '') {
      $value = Get-Utc $variable (Get-Setting $variable)
      break
    }
  }
  Add-Value 'STABLE_BUILD_STARTED_AT' $value
}

function Add-TheRock {
  if ($null -eq $script:git) { return }
  $dir = Get-Setting 'PYTORCH_MANIFEST_THEROCK'
  $configured = $dir -ne ''
  if (-not $configured) { $dir = '.' }
  $facts = Get-Checkout 'therock' $dir $configured 'PYTORCH_MANIFEST_THEROCK'
  $ref = $facts.Head
  # Under a reusable workflow GITHUB_SHA and GITHUB_REF are the caller's.
  if ($facts.Commit -ne '' -and (Get-Setting 'GITHUB_SHA') -ceq $facts.Commit -and (Get-Setting 'GITHUB_REF') -ne '') {
    $ref = Get-Setting 'GITHUB_REF'
  }
  Add-Value 'STABLE_THEROCK_REPO' $facts.Remote
  Add-Value 'STABLE_THEROCK_COMMIT' $facts.Commit
  Add-Value 'STABLE_THEROCK_COMMIT_TIME' $facts.Time
  Add-Value 'STABLE_THEROCK_REF' $ref
  Add-Value 'STABLE_THEROCK_DIRTY' $facts.Dirty
}

# A hook or wrapper that calls this has GIT_DIR and the like set, which would
# lead every call to another repository. GIT_CONFIG_* carries safe.directory.
foreach ($name in @([Environment]::GetEnvironmentVariables().Keys)) {
  if ($name -like 'GIT_*' -and $name -notlike 'GIT_CONFIG_*' -and $name -ne 'GIT_EXEC_PATH') {
    [Environment]::SetEnvironmentVariable($name, $null)
  }
}
$settings = @{
  LC_ALL = 'C'; TZ = 'UTC0'; GIT_OPTIONAL_LOCKS = '0'; GIT_NO_REPLACE_OBJECTS = '1'
  GIT_NO_LAZY_FETCH = '1'; GIT_TERMINAL_PROMPT = '0'
}
foreach ($name in $settings.Keys) { [Environment]::SetEnvironmentVariable($name, $settings[$name]) }

$script:workspace = (Get-Location).ProviderPath
[Environment]::CurrentDirectory = $script:workspace
$found = @(Get-Command git -CommandType Application -ErrorAction SilentlyContinue)
$script:git = if ($found.Count -gt 0) { $found[0].Path } else { $null }
if ($null -eq $script:git) { Write-Fault 'git' 'there is no git on PATH; remedy: install git, or put its folder on PATH' }

try {
  Add-Sources (Get-Setting 'PYTORCH_MANIFEST_SOURCES')
  Add-CI
  Add-Started
  Add-TheRock
} catch {
  Write-Fault 'script' "$($_.Exception.Message) (line $($_.InvocationInfo.ScriptLineNumber))"
}
if ($script:faults -gt 0) {
  Write-Line 'error' 'status' "nothing was written because of the faults above ($script:faults)"
  exit 1
}
Write-Bytes $stdout $script:status.ToString()
exit 0
