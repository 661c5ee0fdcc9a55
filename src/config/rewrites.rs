//! Hosts that are gone, and those that stand in their place. Looks none of them up.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    address::{MAX_HOST, read_host},
    problem::{Problems, Wrong},
    reader::{Pair, Reader},
    wording::echo,
};

const KEY: &str = "rewrite_host";

/// The most hosts that a source may have rewritten, those that it inherits among them.
const MAX_REWRITES: usize = 64;

type Rewrites = BTreeMap<String, String>;

/// What a line has on its left and on its right.
type Sides = (Result<String, Wrong>, Result<Option<String>, Wrong>);

/// The inherited rewrites with those of this table put over them.
pub(super) fn overlaid(
    inherited: &Arc<Rewrites>,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Arc<Rewrites> {
    let inherits = !inherited.is_empty();
    let parse = |old: &str, new: &str| Ok((read_side(old), read_target(new, inherits)));
    let Some(given) = table.pairs(KEY, MAX_REWRITES, problems, parse) else { return Arc::clone(inherited) };
    let given: Vec<Pair<'_, _>> = given.into_iter().filter_map(|pair| right(pair, table, problems)).collect();
    let (mut merged, mut seen) = (Rewrites::clone(inherited), HashMap::new());
    for pair in &given {
        let (old, new) = &pair.value;
        let first = *seen.entry(old.as_str()).or_insert(pair.at);
        if first != pair.at {
            let message = format!("is the host that line {} has already", problems.line(first));
            let wrong = Wrong::new(message, "take one of the two out");
            table.tell_pair(KEY, pair.at, pair.name, wrong, problems);
        }
        match new {
            Some(new) => drop(merged.insert(old.clone(), new.clone())),
            None => drop(merged.remove(old)),
        }
    }
    if merged.len() > MAX_REWRITES {
        let message =
            format!("makes {} hosts with those that it inherits, but may make {MAX_REWRITES}", merged.len());
        table.tell(KEY, Wrong::new(message, "take some out"), problems);
    }
    for pair in &given {
        let (old, _) = &pair.value;
        let from_above =
            || inherited.iter().find(|(from, to)| *to == old && !seen.contains_key(from.as_str()));
        let wrong = wrong_way(old, &merged).or_else(|| {
            let (from, _) = from_above().filter(|_| merged.contains_key(old))?;
            let message = format!("is where an inherited line leads \"{from}\"");
            Some(Wrong::new(message, format!("write \"{from}\" here too, with the host where both end")))
        });
        if let Some(wrong) = wrong {
            table.tell_pair(KEY, pair.at, pair.name, wrong, problems);
        }
    }
    Arc::new(merged)
}

/// The line where both of its sides are right; tells what is wrong with either.
fn right<'a>(
    pair: Pair<'a, Sides>,
    table: &Reader<'_>,
    problems: &mut Problems<'_>,
) -> Option<Pair<'a, (String, Option<String>)>> {
    let Pair { at, name, value: (old, new) } = pair;
    let mut tell = |wrong| table.tell_pair(KEY, at, name, wrong, problems);
    let (old, new) = (old.map_err(&mut tell).ok(), new.map_err(&mut tell).ok());
    Some(Pair { at, name, value: (old?, new?) })
}

/// Each address is rewritten once, so a way must be of one step.
fn wrong_way(old: &str, rewrites: &Rewrites) -> Option<Wrong> {
    let new = rewrites.get(old)?;
    if new == old {
        return Some(Wrong::new("leads to itself", "write another host on the right, or take the line out"));
    }
    // One that is led to, in another line.
    let mut end = rewrites.get(new)?;
    for _ in 0..rewrites.len() {
        let Some(next) = rewrites.get(end) else {
            let message = format!("leads to \"{new}\", which is rewritten too");
            return Some(Wrong::new(message, format!("write \"{end}\" at once")));
        };
        end = next;
    }
    Some(Wrong::new("leads in a circle", "take one of its lines out"))
}

/// None where it takes an inherited rewrite out.
fn read_target(text: &str, inherits: bool) -> Result<Option<String>, Wrong> {
    if text.is_empty() && inherits {
        return Ok(None);
    }
    let led = |wrong: Wrong| Wrong { message: format!("leads to what {}", wrong.message), ..wrong };
    read_side(text).map(Some).map_err(led)
}

fn read_side(text: &str) -> Result<String, Wrong> {
    read_host(text).map_err(|what| {
        let is_short = !text.trim().is_empty() && text.len() <= MAX_HOST;
        let told = if is_short { format!(" ({})", echo(text)) } else { String::new() };
        Wrong::new(format!("{what}{told}"), "write the host alone, as \"old.example.vn\"")
    })
}
