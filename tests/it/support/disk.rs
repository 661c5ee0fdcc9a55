//! A file system that really fills up: some MiB of memory, mounted where only the processes that we start there see it.
//! Asks for no more than a mount namespace, which an ordinary user gets together with a user namespace.

use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use rustix::{
    fs::{FallocateFlags, fallocate, statvfs},
    io::Errno,
};
use tempfile::TempDir;

/// How to get a mount namespace, and how to enter it afterwards: as anybody, and as a root without user namespaces.
const WAYS: [(&str, &[&str]); 2] = [("-rm", &["-U", "-m", "--preserve-credentials"]), ("-m", &["-m"])];

/// Mounts, says that it did, and holds the namespace until our end of the pipe is closed.
const HOLD: &str = "mount -t tmpfs -o \"size=$1m\" none \"$2\" && echo mounted && exec cat >/dev/null";

/// A disk of its own; gone with this value and the processes that were started on it.
pub struct Disk {
    holder: Child,
    /// Closed first, which ends the holder.
    hold: Option<ChildStdin>,
    enter: &'static [&'static str],
    folder: TempDir,
}

impl Disk {
    /// A disk of so many MiB; none where this machine allows no mounts, and says so then.
    pub fn of(mib: u32) -> Option<Self> {
        let found = WAYS.into_iter().find_map(|(how, enter)| Self::by(how, enter, mib));
        if found.is_none() {
            println!(
                "left out: this machine lets us mount no file system of a size of our own (unshare -rm, unshare -m)"
            );
        }
        found
    }

    fn by(how: &str, enter: &'static [&'static str], mib: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut holder = Command::new("unshare")
            .args([how, "sh", "-c", HOLD, "sh", &mib.to_string()])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut said = [0; 8];
        let mounted = holder.stdout.as_mut().unwrap().read_exact(&mut said).is_ok() && said == *b"mounted\n";
        let hold = holder.stdin.take();
        let disk = Self { holder, hold, enter, folder };
        // Dropped where it is none, which waits for the holder.
        mounted.then_some(disk)
    }

    /// The name of its top folder, for processes that were started on it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A command of this program that sees the disk.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["-t", &self.holder.id().to_string()]).args(self.enter).arg(program);
        command
    }

    /// Its top folder as we see it from outside.
    pub fn seen(&self) -> PathBuf {
        let name = self.folder.path().strip_prefix("/").unwrap();
        Path::new("/proc").join(self.holder.id().to_string()).join("root").join(name)
    }

    /// Bytes that this file takes of it.
    pub fn taken(&self, file: &str) -> u64 {
        fs::metadata(self.seen().join(file)).unwrap().blocks() * 512
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        fill(&self.seen());
    }

    /// Makes room again.
    pub fn clear(&self) {
        clear(&self.seen());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.hold.take();
        let _ = self.holder.wait();
    }
}

fn filler(folder: &Path) -> PathBuf {
    folder.join("filler")
}

fn free(folder: &Path) -> u64 {
    let disk = statvfs(folder).unwrap();
    disk.f_bavail * disk.f_frsize
}

/// Makes room in the file system of this folder again.
pub fn clear(folder: &Path) {
    fs::remove_file(filler(folder)).unwrap();
}

/// Fills the file system of this folder to the last byte, also while others write to it.
pub fn fill(folder: &Path) {
    let mut file = File::options().create(true).append(true).open(filler(folder)).unwrap();
    let (length, room) = (file.metadata().unwrap().len(), free(folder));
    match fallocate(&file, FallocateFlags::empty(), length, room.max(1)) {
        // Others were faster, or there was nothing.
        Ok(()) | Err(Errno::NOSPC) => {}
        Err(error) => panic!("the disk cannot be filled: {error}"),
    }
    while file.write_all(&[7; 4096]).is_ok() {}
    assert_eq!(free(folder), 0);
}
