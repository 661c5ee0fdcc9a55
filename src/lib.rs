//! tintinh (*tin*, news, + *tỉnh*, province) polls the feeds of Vietnam's provincial newspapers and portals, keeps
//! every entry in sled, and republishes one merged, clean, valid RSS feed over HTTP.
//!
//! # The map
//!
//! Data flows one way, and each room knows only what stands left of it:
//!
//! ```text
//! feeds.toml ─► config ─► scheduler ─► poll ─► fetch ─► parse ─► normalize ─► store ─► merge ─► publish ─► http
//!                             ▲          └─ cadence (pure) ─── Commit ──────────┘                  │
//!                             └── next poll ──┘                              watch<Arc<Kept>> ─────┘
//! ```
//!
//! | room | what it does | kind |
//! |---|---|---|
//! | [`model`] | the vocabulary: sources, entries, states, changes | plain data |
//! | [`keywords`] | Vietnamese text as syllables, and phrases found in it | pure |
//! | [`metrics`] | what is counted, for monitors; only it names prometheus-client | memory |
//! | [`config`] | `feeds.toml` and what it includes as a value, or every problem with it; its JSON Schema | pure but for the files it reads |
//! | [`cadence`] | when to poll next, and how a source fares | pure |
//! | [`articles`] | whose articles are wanted, when each is tried, and which entries wait for theirs | pure |
//! | [`hosts`] | whose turn it is at each host | time |
//! | [`scheduler`] | the loop: who is polled now; gets `poll` as a function | time |
//! | [`fetch`] | conditional GET: caps, decoding, redirects, proxies, address guard | network |
//! | [`parse`] | bytes to a feed, of a page too; the only room that names feed-rs, scraper and `dom_smoothie` | pure |
//! | [`normalize`] | a feed to entries; what a document changes | pure |
//! | [`filter`] | which entries an admin's words mean: of a source, and in a channel | pure |
//! | [`store`] | the contract of a database, its pruning, its exports; only `store/sled` names sled | disk |
//! | [`board`] | what is known of each source right now and what its last polls came to, in memory | memory |
//! | [`poll`] | one source, once, and one article, once; every path ends in a commit; remembers what stood in each last document | wiring |
//! | [`merge`] | which entries make a channel, and which are the same story | pure |
//! | [`publish`] | entries to bytes in each coding, and what is new since others; the only room that names `rss` and `atom_syndication` | pure |
//! | [`http`] | serves bytes, whole or what is new in them, to many at once; counts who reads, shows how all fares; touches no disk | network |
//! | [`notify`] | tells systemd, and takes the socket that it holds | edge |
//! | [`app`] | opens, wires, watches `feeds.toml` and reloads it, drains; the only clock; only `app/watching` names the crate notify | wiring |
//! | [`cli`] | arguments in, exit code out; `preview` reads one document without a store | edge |
//!
//! `tests/it/architecture.rs` holds the arrows as a table and fails on one that is not in it.
//!
//! # Words
//!
//! A **source** is one `[[feeds]]` table; a **feed** the document its publisher served; an **entry** one normalized
//! news item; a **poll** one attempt on one source; **validators** its ETag and Last-Modified, verbatim, one pair; a
//! **channel** a feed that we publish; entries of several sources with one canonical link are a
//! **group**, one story that its first entry leads for ever.
//!
//! # Promises
//!
//! Entries, state and validators of a poll are kept in one durable commit, and nothing is published before. A reader
//! never sees two guids for one entry, and an entry's id, date and place never change. No source's failure changes
//! what others publish. Every document served is well-formed and free of script. Every buffer, queue and wait has a
//! limit with a name.

pub mod app;
pub mod articles;
pub mod board;
pub mod cadence;
pub mod cli;
pub mod config;
pub mod fetch;
pub mod filter;
pub mod hosts;
pub mod http;
pub mod keywords;
pub mod merge;
pub mod metrics;
pub mod model;
pub mod normalize;
pub mod notify;
pub mod parse;
pub mod poll;
pub mod publish;
pub mod scheduler;
pub mod store;
