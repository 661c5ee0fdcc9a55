//! From what a publisher sent to what we keep. Pure: knows values only, neither network nor store.

pub mod timestamp;
