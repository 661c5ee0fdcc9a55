//! Where the daemon that holds a store answers admins: a line in the store's folder, for the command line to find it by.
//! It means something only while the store is in use.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
};

/// The file's name.
const FILE: &str = "tintinh.admin";

/// Says that admins are answered there.
pub(super) fn tell(store: &Path, admin: SocketAddr) -> io::Result<()> {
    fs::write(store.join(FILE), format!("{}\n", reached(admin)))
}

/// Nobody answers any more.
pub(super) fn forget(store: &Path) {
    // One that stays misleads nobody: the store is not in use then.
    let _ = fs::remove_file(store.join(FILE));
}

/// Where admins of this store's daemon are answered, if it said so.
#[must_use]
pub fn told(store: &Path) -> Option<SocketAddr> {
    fs::read_to_string(store.join(FILE)).ok()?.trim().parse().ok()
}

/// Where to reach, on this machine, who listens there.
#[must_use]
pub fn reached(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_reached_on_this_machine() {
        for (listens, wanted) in [
            ("127.0.0.1:8081", "127.0.0.1:8081"),
            ("0.0.0.0:8081", "127.0.0.1:8081"),
            ("[::]:1", "[::1]:1"),
            ("10.1.2.3:9", "10.1.2.3:9"),
        ] {
            assert_eq!(reached(listens.parse().unwrap()), wanted.parse().unwrap(), "{listens}");
        }
    }

    #[test]
    fn what_was_told_is_found_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let admin: SocketAddr = "127.0.0.1:8081".parse().unwrap();
        assert_eq!(told(folder.path()), None);
        tell(folder.path(), admin).unwrap();
        assert_eq!(told(folder.path()), Some(admin));
        forget(folder.path());
        assert_eq!(told(folder.path()), None);
        fs::write(folder.path().join(FILE), "half an addr").unwrap();
        assert_eq!(told(folder.path()), None);
    }
}
