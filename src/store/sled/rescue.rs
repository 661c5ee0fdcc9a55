//! What becomes of a damaged store: it is set aside under a dated name, and a new one is made of all that can be read of
//! it and, for the rest, of the newest export. Killed at any instant, it begins anew the next time.

use std::{
    collections::HashSet,
    fmt,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use super::{
    Options, StoreError, carve, migrate,
    open::{self, folder},
    place,
    tree::Tree,
};
use crate::{
    model::{
        Digest, EntryKey, Grouping, KnownEntry, Likeness, Presence, Record, Remembered, Rule, Seq, SourceId,
        StoredEntry,
    },
    store::{Engine, export},
};

/// Stands in a folder set aside once all that could be read of it is in the store.
const DONE: &str = "tintinh.rescued";

/// Records that are read or put back at once.
const AT_ONCE: usize = 100;

/// A damaged store was set aside, and a new one made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescue {
    /// What was wrong.
    pub reason: String,
    /// Where the damaged files are now.
    pub aside: Vec<PathBuf>,
    /// Entries and tombstones that could be read as they were.
    pub read: u64,
    /// Entries of which only the contents could be found; their further keys were not.
    pub found: u64,
    /// Entries and tombstones that only the export had.
    pub exported: u64,
    /// The export that was used.
    pub export: Option<PathBuf>,
}

impl fmt::Display for Rescue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, aside, read, found, exported, export } = self;
        let aside = aside.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ");
        write!(
            formatter,
            "the store was damaged ({reason}); it was set aside as {aside}, and a new one made: "
        )?;
        write!(formatter, "{read} entries were read whole, {found} were found in the damaged file")?;
        match export {
            Some(export) => write!(formatter, ", {exported} came from {}", export.display()),
            None => write!(formatter, "; there was no export to take the rest from"),
        }
    }
}

/// Makes a new store in the place of the damaged one in `home`, if that is known, and says where it is.
pub fn rescue(
    path: &Path,
    home: Option<&Path>,
    options: &Options,
    reason: String,
) -> Result<(PathBuf, Rescue), StoreError> {
    let failed = |error: io::Error| folder("set aside", path, error);
    if let Some(home) = home {
        // What another attempt left takes room that this one needs.
        place::sweep(path, home).map_err(failed)?;
        set_aside(path, home, options).map_err(failed)?;
    } else {
        // Any of them may be the one that was lost from sight.
        let generations = place::generations(path).map_err(failed)?.into_iter().map(|(_, folder)| folder);
        for home in generations.chain([path.to_owned()]) {
            set_aside(path, &home, options).map_err(failed)?;
        }
    }
    let aside = waiting(path).map_err(failed)?;
    let fresh = place::fresh(path).map_err(failed)?;
    let mut filling = Filling::new(open::make(&fresh, options)?, path, options);
    for damaged in &aside {
        filling.read_whole(damaged, options)?;
    }
    // Numbers that were given are not given again, though nobody knows any more to what.
    filling.put(vec![Record::Next(Seq(place::watermark(path)))])?;
    let found: Vec<_> = aside.iter().filter_map(|damaged| find(damaged)).collect();
    let export = newest_export(options);
    filling.take(&found, export.as_deref())?;
    let Filling { engine, read, found, exported, .. } = filling;
    engine.sync()?;
    drop(engine);
    place::prepare(path, &fresh).and_then(|()| place::switch(path)).map_err(failed)?;
    for damaged in &aside {
        File::create(damaged.join(DONE)).and_then(|file| file.sync_all()).map_err(failed)?;
    }
    Ok((fresh, Rescue { reason, aside, read, found, exported, export }))
}

/// Moves sled's files to a folder of a dated name.
fn set_aside(path: &Path, home: &Path, options: &Options) -> io::Result<()> {
    let files = place::database(home)?;
    if files.is_empty() {
        return Ok(());
    }
    let date = options.at.map(|at| at.format("-%Y%m%dT%H%M%SZ").to_string()).unwrap_or_default();
    let names = (1..).map(|number| if number == 1 { String::new() } else { format!("-{number}") });
    let mut folders = names.map(|number| path.join(format!("{}{date}{number}", place::DAMAGED)));
    let Some(aside) = folders.find(|folder| !folder.exists()) else { return Ok(()) };
    fs::create_dir(&aside)?;
    for file in files {
        fs::rename(&file, aside.join(file.file_name().unwrap_or_default()))?;
    }
    File::open(&aside)?.sync_all()?;
    File::open(path)?.sync_all()
}

/// Folders set aside of which nothing is in the store yet.
fn waiting(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut waiting = Vec::new();
    for file in fs::read_dir(path)? {
        let file = file?;
        let is_damaged = file.file_name().to_string_lossy().starts_with(place::DAMAGED);
        if is_damaged && !file.path().join(DONE).exists() {
            waiting.push(file.path());
        }
    }
    waiting.sort();
    Ok(waiting)
}

fn find(damaged: &Path) -> Option<(File, carve::Found)> {
    let data = carve::data(damaged).ok()?;
    let found = carve::Found::in_file(&data).ok()?;
    Some((data, found))
}

fn newest_export(options: &Options) -> Option<PathBuf> {
    let folder = options.exports.as_ref()?;
    let names = fs::read_dir(folder).ok()?.filter_map(|file| Some(file.ok()?.file_name()));
    let names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    export::newest(names.iter().map(String::as_str)).map(|name| folder.join(name))
}

/// A new store being filled from several places, the best first.
struct Filling {
    engine: super::SledEngine,
    have: HashSet<Seq>,
    sources: HashSet<SourceId>,
    channels: HashSet<String>,
    read: u64,
    found: u64,
    exported: u64,
}

impl Filling {
    fn new(tree: Tree, path: &Path, options: &Options) -> Self {
        let engine = super::SledEngine::of(tree, path.to_owned(), 1, options.clone(), None);
        let (have, sources, channels) = (HashSet::new(), HashSet::new(), HashSet::new());
        Self { engine, have, sources, channels, read: 0, found: 0, exported: 0 }
    }

    /// What sled itself still reads of a damaged database, up to the first error of each kind.
    fn read_whole(&mut self, damaged: &Path, options: &Options) -> Result<(), StoreError> {
        // A copy is opened: opening changes files.
        let Ok(copy) = copied(damaged) else { return Ok(()) };
        let read = open::each_survivor(&copy, options, &mut |records| {
            self.read += self.put(records)?;
            Ok(())
        });
        let _ = fs::remove_dir_all(&copy);
        read
    }

    /// Entries whose contents were found, completed by what the export knows of them, and the rest of the export.
    fn take(&mut self, found: &[(File, carve::Found)], export: Option<&Path>) -> Result<(), StoreError> {
        if let Some(mut lines) = export.and_then(|export| export::from_file(export).ok()) {
            let mut records = Vec::new();
            export::each(&mut lines, &mut |record| {
                records.push(completed(record, found));
                if records.len() >= AT_ONCE {
                    self.exported += self.put(std::mem::take(&mut records))?;
                }
                Ok(())
            })?;
            self.exported += self.put(records)?;
        }
        for (data, found) in found {
            for seqs in found.seqs().chunks(AT_ONCE) {
                let missing = seqs.iter().filter(|seq| !self.have.contains(seq));
                let entries = missing.filter_map(|seq| found.entry(data, *seq)).map(bare);
                let entries = entries.map(|entry| Record::Entry(Box::new(entry))).collect();
                self.found += self.put(entries)?;
            }
        }
        Ok(())
    }

    /// Puts back those of the records that are not there yet, without keys that others have. Gives how many entries
    /// these were.
    fn put(&mut self, records: Vec<Record>) -> Result<u64, StoreError> {
        let mut fresh = Vec::new();
        let mut taken: HashSet<(SourceId, EntryKey)> = HashSet::new();
        let mut entries = 0;
        for mut record in records {
            let is_new = match &mut record {
                Record::Next(_) => true,
                Record::Source(id, _) => self.sources.insert(id.clone()),
                Record::Channel(id, _) => self.channels.insert(id.to_string()),
                Record::Entry(remembered) if self.have.contains(&remembered.known.seq) => false,
                Record::Entry(remembered) => {
                    let Remembered { source, keys, .. } = &mut **remembered;
                    let others = self.engine.known(source, keys)?;
                    keys.retain(|key| !others.contains_key(key) && !taken.contains(&(source.clone(), *key)));
                    taken.extend(keys.iter().map(|key| (source.clone(), *key)));
                    let is_whole = remembered.contradiction().is_none();
                    if is_whole {
                        self.have.insert(remembered.known.seq);
                        entries += 1;
                    }
                    is_whole
                }
            };
            if is_new {
                fresh.push(record);
            }
        }
        self.engine.restore(&fresh)?;
        Ok(entries)
    }
}

/// The newer contents that were found, under the keys that the export knows.
fn completed(record: Record, found: &[(File, carve::Found)]) -> Record {
    let Record::Entry(mut remembered) = record else { return record };
    if let Some(stored) = &remembered.stored {
        let newer = found.iter().find_map(|(data, found)| found.entry(data, stored.seq));
        let newer = newer.filter(|newer| newer.key == stored.key && newer.source == stored.source);
        if let Some(newer) = newer.filter(|newer| newer.changed > stored.changed) {
            // Of other contents: the next document that lists it tells.
            remembered.known.digest = Digest([0; 16]);
            remembered.stored = Some(newer);
        }
    }
    Record::Entry(remembered)
}

/// An entry of which nothing but its contents is known. Its likeness comes with the next document that lists it.
fn bare(stored: StoredEntry) -> Remembered {
    let link = stored.entry.canonical_link.as_deref().map(|link| EntryKey::new(Rule::Link, link));
    let unknown = Digest::of(&[b"salvaged", &stored.seq.0.to_be_bytes()]);
    let known = KnownEntry {
        seq: stored.seq,
        digest: unknown,
        head: unknown,
        likeness: Likeness { title: unknown, text: unknown, gist: unknown },
        date: stored.date,
        body_updates: 0,
        aliases: 0,
        presence: Presence::Kept,
    };
    let keys = std::iter::once(stored.key).chain(link.filter(|link| *link != stored.key)).collect();
    let grouping = match (link, &stored.lead) {
        (Some(link), Some(lead)) => Grouping::Led { link, lead: lead.clone() },
        _ => Grouping::Unknown,
    };
    Remembered { source: stored.source.clone(), known, keys, grouping, stored: Some(stored) }
}

/// A copy of a damaged database beside it.
fn copied(damaged: &Path) -> io::Result<PathBuf> {
    let copy = damaged.join("copy");
    let _ = fs::remove_dir_all(&copy);
    fs::create_dir(&copy)?;
    for file in place::database(damaged)?.into_iter().filter(|file| file.is_file()) {
        fs::copy(&file, copy.join(file.file_name().unwrap_or_default()))?;
    }
    Ok(copy)
}

/// All that one database gives, some at a time, for as long as `take` wants them: up to the first error of each kind.
pub fn survivors(tree: &Tree, take: &mut dyn FnMut(Vec<Record>) -> bool) {
    // Of an earlier layout, or only half brought over: groups are found out anew.
    let knows_groups = migrate::knows_groups(tree).unwrap_or(false);
    let states = tree.readable_source_states();
    let states = states.into_iter().map(|(id, state)| Record::Source(id, Box::new(state)));
    let channels = tree.channel_states().unwrap_or_default();
    let channels = channels.into_iter().map(|(id, state)| Record::Channel(id, Box::new(state)));
    if !take(states.chain(channels).collect()) {
        return;
    }
    let mut after = Seq(0);
    while let Ok(seqs) = tree.seqs_after(after, AT_ONCE) {
        let Some(last) = seqs.last().copied() else { return };
        // One at a time, so that one that is damaged costs only itself.
        let one = |seq: Seq| {
            let mut one = tree.remembered(Seq(seq.0.checked_sub(1)?), 1).ok()?.pop()?;
            if !knows_groups {
                one.grouping = Grouping::Unknown;
            }
            let is_whole = one.known.seq == seq && one.contradiction().is_none();
            is_whole.then(|| Record::Entry(Box::new(one)))
        };
        if !take(seqs.into_iter().filter_map(one).collect()) {
            return;
        }
        after = last;
    }
}
