//! Why the store, an export or the daemon as a whole does not do its part.

use std::{
    io::{Error, ErrorKind},
    path::PathBuf,
};

use tintinh::{
    app::{AppError, RenderError},
    config::ConfigError,
    fetch::FetchError,
    store::{
        StoreError,
        export::{ExportError, ImportError},
    },
};
use tokio::task::JoinSet;

use super::{Told, kinds};

kinds!(StoreError:
    Locked, Lost, Schema, Unmigrated, Folder, Slow, Engine, Panicked, Damaged, NoSpace, FileLimit, Unable, Busy, Abandoned,
    Contradiction, Failed, Closed, Unfinished,
);
kinds!(ExportError: Store, Write, File, Broken, Abandoned);
kinds!(ImportError:
    Store, Read, Foreign, Version, Line, Damaged, CutOff, Changed, NotEmpty, Abandoned,
);
kinds!(AppError: Listen, Inherited, Store, Fetch, Render, StoreFailed, Died);
kinds!(RenderError: Store, Died, Lost);
kinds!(ConfigError: Unreadable, Invalid);

fn path() -> PathBuf {
    "/var/lib/tintinh".into()
}

/// No disk is full in a test.
fn full() -> Error {
    Error::from_raw_os_error(28)
}

fn no_space() -> StoreError {
    StoreError::NoSpace { path: path(), free: 12, needed: 64 }
}

fn engine() -> StoreError {
    StoreError::Engine { action: "writing to the store", source: Box::new(full()) }
}

fn of_the_store() -> Vec<StoreError> {
    let reason = engine().in_words();
    vec![
        StoreError::Locked { path: path() },
        StoreError::Lost { path: path() },
        StoreError::Schema { path: path(), found: 9, known: 4 },
        StoreError::Unmigrated { path: path(), why: "it took longer than 3600 s".to_owned() },
        StoreError::Folder { action: "create", path: path(), source: ErrorKind::PermissionDenied.into() },
        StoreError::Slow { path: path(), seconds: 600 },
        engine(),
        StoreError::Panicked { action: "opening the store", message: "index out of bounds".to_owned() },
        StoreError::Damaged { what: "no entry 7".to_owned() },
        no_space(),
        StoreError::FileLimit { path: path(), limit: 64 },
        StoreError::Unable,
        StoreError::Busy,
        StoreError::Abandoned,
        StoreError::Contradiction { what: "two entries have one number" },
        StoreError::Failed { reason },
        StoreError::Closed,
        StoreError::Unfinished { seconds: 60 },
    ]
}

fn of_exports() -> Vec<ExportError> {
    vec![
        ExportError::Store(no_space()),
        ExportError::Write(full()),
        ExportError::File { path: "/srv/all.jsonl".into(), source: ErrorKind::PermissionDenied.into() },
        ExportError::Broken(Box::new(ImportError::CutOff)),
        ExportError::Abandoned,
    ]
}

fn of_imports() -> Vec<ImportError> {
    vec![
        ImportError::Store(StoreError::Contradiction { what: "two entries have one number" }),
        ImportError::Read(ErrorKind::NotFound.into()),
        ImportError::Foreign,
        ImportError::Version(9),
        ImportError::Line { number: 7, what: "expected value at column 1".to_owned() },
        ImportError::Damaged { lines: 2, first: vec![(7, "expected value at column 1".to_owned())] },
        ImportError::CutOff,
        ImportError::Changed,
        ImportError::NotEmpty { path: path() },
        ImportError::Abandoned,
    ]
}

async fn died() -> tokio::task::JoinError {
    let mut tasks = JoinSet::<()>::new();
    tasks.spawn(std::future::pending());
    tasks.abort_all();
    tasks.join_next().await.unwrap().unwrap_err()
}

fn of_the_daemon() -> Vec<AppError> {
    let listen = |source: ErrorKind| AppError::Listen {
        who: "readers",
        key: "server.listen",
        address: "192.0.2.1:80".parse().unwrap(),
        source: source.into(),
    };
    vec![
        listen(ErrorKind::AddrInUse),
        listen(ErrorKind::AddrNotAvailable),
        listen(ErrorKind::PermissionDenied),
        AppError::Inherited(Error::other("it is no TCP socket")),
        AppError::Store(StoreError::Locked { path: path() }),
        AppError::Fetch(FetchError::Proxy),
        AppError::Render(RenderError::Lost),
        AppError::StoreFailed(engine().in_words()),
        AppError::Died("scheduler"),
    ]
}

#[tokio::test]
async fn errors_of_the_store_and_of_the_whole_daemon_say_what_to_do() {
    let mut told = Told::default();
    told.all(of_the_store(), StoreError::in_words);
    told.all(of_exports(), ToString::to_string);
    told.all(of_imports(), ToString::to_string);
    told.all([RenderError::Store(no_space()), RenderError::Died(died().await), RenderError::Lost], |error| {
        match error {
            // The number of the task differs.
            RenderError::Died(_) => error.to_string().replace(|it: char| it.is_ascii_digit(), ""),
            RenderError::Store(_) | RenderError::Lost => error.to_string(),
        }
    });
    told.all(of_the_daemon(), ToString::to_string);
    let unreadable = |source| ConfigError::Unreadable { path: "/etc/tintinh/feeds.toml".into(), source };
    told.all(
        [
            unreadable(ErrorKind::NotFound.into()),
            unreadable(ErrorKind::PermissionDenied.into()),
            unreadable(Error::from_raw_os_error(5)),
            // What is in it stands in problems.txt.
            ConfigError::Invalid { path: "/etc/tintinh/feeds.toml".into(), problems: Vec::new() },
        ],
        ToString::to_string,
    );
    told.compare("store.txt");
}
