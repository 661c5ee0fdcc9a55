//! `tintinh demo`: the whole thing without a network. Sample publishers on loopback, the same daemon as `tintinh run`
//! over a `feeds.toml` in a temporary folder, and what there is to see on stdout.

mod articles;
mod bulletins;
mod documents;
mod publishers;

use std::{
    fmt::Write as _,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
};

use super::{log, run};
use crate::{
    app::App,
    config::{self, Surroundings},
};
use publishers::{Publishers, SAMPLES};

/// The ports that the daemon takes where they are free: those of a `feeds.toml` that names none.
const READERS: u16 = 8080;
const ADMIN: u16 = 8081;

/// Serves until SIGTERM or SIGINT, and leaves nothing behind.
pub(super) fn demo(options: &log::Options) -> u8 {
    if let Err(error) = options.start() {
        super::complain(&error);
        return super::BAD_INPUT;
    }
    let folder = match tempfile::Builder::new().prefix("tintinh-demo-").tempdir() {
        Ok(folder) => folder,
        Err(error) => {
            super::complain(&format!("cannot make a temporary folder: {error}"));
            return super::FAILURE;
        }
    };
    let code = run::in_runtime(over(folder.path()));
    let path = folder.path().to_owned();
    match folder.close() {
        Ok(()) => code,
        Err(error) => {
            super::complain(&format!("cannot remove {}: {error}", path.display()));
            super::FAILURE
        }
    }
}

async fn over(folder: &Path) -> u8 {
    let file = folder.join("feeds.toml");
    let prepared = async {
        let publishers = Publishers::start().await?;
        std::fs::write(&file, feeds_toml(&publishers.addresses))?;
        Ok::<_, std::io::Error>(publishers)
    };
    let publishers = match prepared.await {
        Ok(publishers) => publishers,
        Err(error) => {
            super::complain(&format!("cannot prepare the demo: {error}"));
            return super::FAILURE;
        }
    };
    // Not through the command line's own way, which gives the store to systemd's state directory.
    let load = |path: &Path| config::load(path, Surroundings::default());
    match load(&file) {
        Ok(config) => {
            let greet = |app: &App| greet(app, &file, &publishers);
            run::daemon(&file, config, Arc::new(load), greet).await
        }
        Err(error) => {
            super::complain(&error);
            super::FAILURE
        }
    }
}

/// A file such as an admin would write.
fn feeds_toml(addresses: &[SocketAddr]) -> String {
    let (readers, admin) = (free(READERS), free(ADMIN));
    let mut text = format!(
        "# Written by `tintinh demo`, for sample publishers on this machine. It goes when the demo ends.\n\
         # Change it while the demo runs, and save it: the daemon takes it at once, or tells what is wrong.\n\n\
         [server]\nlisten = \"127.0.0.1:{readers}\"\n\n[admin]\nlisten = \"127.0.0.1:{admin}\"\n\n\
         [network]\nallow = [\"127.0.0.0/8\"] # the publishers are on loopback, which real ones never are\n\n\
         [channel]\ntitle = \"Tin các tỉnh (trình diễn)\"\n\n\
         [defaults]\ninterval = \"10s\"   # in earnest: the pace adapts, from a quarter of an hour up\n\
         host_delay = \"0s\"\n"
    );
    for (sample, address) in SAMPLES.iter().zip(addresses) {
        // Writing to a String does not fail.
        let _ = write!(
            text,
            "\n# {}\n[[feeds]]\nid = \"{}\"\ntitle = \"{}\"\nprovince = \"{}\"\nurl = \"http://{address}{}\"\n{}",
            sample.behaviour, sample.id, sample.title, sample.province, sample.path, sample.keys
        );
    }
    text
}

/// This port if nobody has it, else 0, for which the system chooses one.
fn free(port: u16) -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_or(0, |_| port)
}

fn greet(app: &App, file: &Path, publishers: &Publishers) {
    // Who closed stdout does not want to know.
    let _ = std::io::stdout().write_all(greeting(app.readers(), app.admin(), file, publishers).as_bytes());
}

fn greeting(readers: SocketAddr, admin: SocketAddr, file: &Path, publishers: &Publishers) -> String {
    let mut text = format!(
        "tintinh demo: sample publishers on this machine, and the daemon that `tintinh run` starts. No network is used.\n\
         The publishers and their news are made up.\n\n\
         Open these in a browser or a feed reader:\n\
         \x20 start page      http://{readers}/\n\
         \x20 merged feed     http://{readers}/feed.xml\n\
         \x20 one province    http://{readers}/provinces/ninh-binh.xml\n\
         \x20 one source      http://{readers}/sources/bao-hue.xml\n\
         \x20 how all fare    http://{admin}/\n\n\
         The publishers:\n"
    );
    for (sample, address) in SAMPLES.iter().zip(&publishers.addresses) {
        // Writing to a String does not fail.
        let _ = writeln!(
            text,
            "  {:<19} {}\n  {:<19} http://{address}{}",
            sample.id, sample.behaviour, "", sample.path
        );
    }
    let _ = write!(
        text,
        "\nThe daemon reads {}\nand keeps its entries beside it. Process {} takes a change of the file as soon as it is saved.\n\
         Ctrl-C ends it and removes the folder.\n\n",
        file.display(),
        std::process::id()
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_the_demo_writes_is_a_good_one() {
        let addresses: Vec<SocketAddr> =
            (1..=7_u16).map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port))).collect();
        let config = config::parse(&feeds_toml(&addresses), &Surroundings::default()).unwrap();
        assert_eq!(config.sources.len(), SAMPLES.len());
        assert!(config.sources.iter().all(|source| source.province.is_some() && source.enabled));
    }
}
