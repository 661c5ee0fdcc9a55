//! nginx as Debian sets it up for static files, with a worker for each core, and given packed files beside the others.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    Failed,
    process::{Server, free_address},
};

/// nginx, and the files that it serves.
pub struct Nginx {
    pub server: Server,
    folder: TempDir,
}

impl Nginx {
    pub fn start() -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        // Its workers are another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let (here, address) = (folder.path().display(), free_address()?);
        // It lets a connection go after 1,000 requests; we do after ten minutes, so neither does here.
        let settings = format!(
            "daemon off; pid {here}/pid; worker_processes auto; events {{ worker_connections 768; }}\n\
             http {{ sendfile on; tcp_nopush on; access_log off; types {{}} default_type application/xml;\n\
             keepalive_requests 1000000000; gzip_static on;\n\
             client_body_temp_path {here}/1; proxy_temp_path {here}/2; fastcgi_temp_path {here}/3;\n\
             uwsgi_temp_path {here}/4; scgi_temp_path {here}/5;\n\
             server {{ listen {address}; root {here}/root; }} }}\n"
        );
        fs::write(folder.path().join("nginx.conf"), settings)?;
        let mut command = Command::new("nginx");
        command.env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()));
        command.arg("-p").arg(folder.path()).arg("-c").arg(folder.path().join("nginx.conf"));
        command.arg("-e").arg(folder.path().join("errors"));
        let server = Server::start(&mut command, address)
            .map_err(|error| format!("{error}; nginx-light has it on Debian"))?;
        Ok(Self { server, folder })
    }

    /// Serves these bytes at this path, and those to whoever takes gzip.
    pub fn keep(&self, path: &str, plain: &[u8], gzip: &[u8]) -> Result<(), Failed> {
        let file = self.folder.path().join("root").join(path.trim_start_matches('/'));
        fs::create_dir_all(file.parent().unwrap_or(Path::new("/")))?;
        fs::write(&file, plain)?;
        fs::write(format!("{}.gz", file.display()), gzip)?;
        Ok(())
    }
}
