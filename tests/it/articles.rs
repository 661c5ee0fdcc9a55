//! Articles behind the links of entries: their pages, and how they come to readers.

mod pages;
