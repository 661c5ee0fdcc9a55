//! What the subjects share: stand-ins for the world outside, and a daemon to try.

pub mod browser;
pub mod conformance;
pub mod daemon;
#[path = "../../src/model/dice.rs"]
pub mod dice;
pub mod disk;
pub mod engine;
pub mod feed;
pub mod nginx;
pub mod origin;
pub mod preview;
pub mod process;
pub mod program;
pub mod proxy;
pub mod stored;
pub mod tls;
