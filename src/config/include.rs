//! `include`: the files whose feeds and channels are read as if they stood in `feeds.toml`. Finds and opens them; knows
//! not what a feed is.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    Surroundings,
    file::{self, MAX_FILE_BYTES},
    files::file_path,
    problem::{Problems, Wrong},
    reader::Reader,
    wording::echo,
};

/// The most patterns that a file may name.
const MAX_PATTERNS: usize = 100;
/// The most files that all patterns together may mean.
pub(super) const MAX_INCLUDED: usize = 1000;
/// The most entries that are looked at in one folder.
const MAX_ENTRIES: usize = 100_000;

const EXAMPLE: &str = "write a file, or a folder and a name with *, as \"conf.d/*.toml\"";

/// Which files are included: a folder, and a name in it in which `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    folder: PathBuf,
    name: String,
}

impl Pattern {
    fn read(text: &str, folder: &Path) -> Result<Self, Wrong> {
        let path = file_path(text, folder).map_err(|why| Wrong::new(why, EXAMPLE))?;
        let wrong = |what: &str| Wrong::new(format!("is {}, {what}", echo(text)), EXAMPLE);
        // A path that ends in a slash would lose it silently.
        let name = path.file_name().filter(|_| !text.ends_with('/')).and_then(|name| name.to_str());
        let (Some(name), Some(folder)) = (name, path.parent()) else {
            return Err(wrong("which names no file"));
        };
        if folder.to_string_lossy().contains('*') {
            return Err(wrong("with a * in a folder's name, where it stands for nothing"));
        }
        if name.contains(['?', '[', '{']) {
            return Err(wrong("with a sign that is none of ours: only * stands for other characters"));
        }
        Ok(Self { folder: folder.to_owned(), name: name.to_owned() })
    }

    /// Whether many files may be meant, and none.
    fn is_open(&self) -> bool {
        self.name.contains('*')
    }

    /// The folder in which the files stand.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that are meant, those that are there, in the order of their names. Hidden ones are not, as editors keep
    /// their copies in such.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn files(&self) -> io::Result<Vec<PathBuf>> {
        if !self.is_open() {
            return Ok(vec![self.folder.join(&self.name)]);
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder)?.take(MAX_ENTRIES) {
            let name = entry?.file_name();
            let Some(name) = name.to_str() else { continue };
            let path = self.folder.join(name);
            // What cannot be looked at is told of when it is read, and not left out.
            let may_be_file = || fs::metadata(&path).map_or(true, |data| data.is_file());
            if !name.starts_with('.') && fits(&self.name, name) && may_be_file() {
                found.push(path);
            }
            if found.len() > MAX_INCLUDED {
                break;
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Whether the name fits, where `*` stands for any characters. Takes time linear in the name for each star.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

/// A file that is included.
pub(super) struct Included {
    /// As messages name it: from `feeds.toml` on where it stands below.
    pub name: PathBuf,
    pub text: String,
}

/// The patterns of the file, and the texts of the files that they mean, each once.
pub(super) fn read(
    root: &Reader<'_>,
    surroundings: &Surroundings,
    problems: &mut Problems<'_>,
) -> (Vec<Pattern>, Vec<Included>) {
    let folder = &surroundings.folder;
    let patterns = root.list("include", MAX_PATTERNS, problems, |text| Pattern::read(text, folder));
    let patterns = patterns.unwrap_or_default();
    let at = root.get("include").map_or(0, |found| found.at);
    let mut paths: Vec<PathBuf> = Vec::new();
    for pattern in &patterns {
        match pattern.files() {
            Ok(files) => paths.extend(files),
            Err(error) => {
                let message =
                    format!("names the folder {}, which cannot be read ({error})", pattern.folder.display());
                problems.tell(at, "include", Wrong::new(message, "make it, or take the pattern out"));
            }
        }
    }
    paths.sort();
    paths.dedup();
    // As "*.toml" would have it.
    paths.retain(|path| Some(path) != surroundings.file.as_ref());
    if paths.len() > MAX_INCLUDED {
        let message = format!("means more than {MAX_INCLUDED} files");
        problems.tell(at, "include", Wrong::new(message, "put several feeds into one file"));
        paths.truncate(MAX_INCLUDED);
    }
    let mut left = MAX_FILE_BYTES;
    let mut texts = Vec::new();
    for path in paths {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        match file::read_bounded(&path) {
            Ok(bytes) if bytes.len() > left => {
                let message =
                    format!("means files that are together larger than {} MiB", MAX_FILE_BYTES >> 20);
                problems.tell(at, "include", Wrong::new(message, "share the feeds among several daemons"));
                break;
            }
            Ok(bytes) => match file::decode(&bytes) {
                Ok(text) => {
                    left -= bytes.len();
                    texts.push(Included { name, text: text.to_owned() });
                }
                Err(problem) => problems.pass_on(at, &name, problem),
            },
            Err(error) => {
                let message = format!("names {}, which cannot be read ({error})", name.display());
                problems.tell(at, "include", Wrong::new(message, "make the file, or take its name out"));
            }
        }
    }
    (patterns, texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        let cases = [
            ("*.toml", "a.toml", true),
            ("*.toml", ".toml", true),
            ("*.toml", "a.toml~", false),
            ("a.toml", "a.toml", true),
            ("a.toml", "a.tomlx", false),
            ("a*b*c", "abc", true),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("**", "x", true),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(fits(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
