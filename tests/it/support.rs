//! What the subjects share: stand-ins for the world outside.

pub mod origin;
