//! tintinh polls the feeds of Vietnam's provincial newspapers and portals, keeps every entry in sled, and republishes
//! one merged RSS feed over HTTP.

pub mod cadence;
pub mod config;
pub mod fetch;
pub mod merge;
pub mod model;
pub mod normalize;
pub mod parse;
pub mod publish;
pub mod scheduler;
pub mod store;
