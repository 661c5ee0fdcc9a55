//! Articles behind the links of entries: their pages, how they are read, and how they come to readers.

mod daemon;
mod desk;
mod pages;
mod reading;
