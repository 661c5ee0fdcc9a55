//! nginx, where this machine has it, in a folder of its own.

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use tempfile::TempDir;

use super::program::{Program, own_address};

/// One that runs.
pub struct Nginx {
    pub address: SocketAddr,
    _program: Program,
    _folder: TempDir,
}

impl Nginx {
    /// With what `http` makes of its folder and its address within `http { … }`; none, and says so, where it is not installed.
    pub async fn start(http: impl FnOnce(&str, SocketAddr) -> String) -> Option<Self> {
        let (folder, address) = (shared_folder(), own_address());
        let here = folder.path().display().to_string();
        let settings = format!(
            "daemon off; pid {here}/pid; worker_processes 1; events {{}}\nhttp {{ access_log off; \
             client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3; \
             uwsgi_temp_path {here}/4; scgi_temp_path {here}/5;\n{}\n}}\n",
            http(&here, address)
        );
        let file = write(folder.path(), "nginx.conf", &settings);
        let mut command = Command::new("nginx");
        command.args(["-p", &here, "-c", &file, "-e", &format!("{here}/errors")]);
        let program = Program::listening(&mut command, address).await?;
        Some(Self { address, _program: program, _folder: folder })
    }
}

/// Its workers are nobody's.
fn shared_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    folder
}

/// Where the file is.
pub fn write(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}
