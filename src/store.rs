//! Keeps entries and states: the contract of a database ([`Engine`]). Knows the vocabulary and nothing else of ours: not
//! where entries come from, nor what becomes of them.

#[cfg(test)]
mod contract;
mod engine;
mod error;
mod memory;
mod plan;
#[cfg(test)]
mod samples;
mod sled;

pub use self::{
    engine::{Census, Engine, Scope},
    error::StoreError,
    memory::MemoryEngine,
    sled::SledEngine,
};
