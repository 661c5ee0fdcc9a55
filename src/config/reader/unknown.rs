//! Keys that a table may not hold, and what may have been meant. Knows of all tables by their shapes.

use super::Reader;
use crate::config::{
    problem::{Problems, Wrong},
    shape::{INCLUDED, ROOT, others_with, why_each},
    wording::{listed, nearest, shown},
};

impl Reader<'_> {
    /// Tells of every key that this table may not hold.
    pub fn refuse_unknown(&self, problems: &mut Problems<'_>) {
        for (key, _) in self.table.into_iter().flatten() {
            let name: &str = key.get_ref();
            if !self.may_hold(name) {
                let wrong = Wrong::new("is not known", self.instead_of(name));
                problems.tell(self.base + key.span().start, self.key(&shown(name)), wrong);
            }
        }
    }

    /// Whether this is an included file, and the key one of the file that includes it.
    fn may_stand_above(&self, name: &str) -> bool {
        std::ptr::eq(self.shape, &raw const INCLUDED) && ROOT.holds(name)
    }

    fn instead_of(&self, unknown: &str) -> String {
        let names: Vec<&str> = self.shape.keys.iter().map(|key| key.name).collect();
        let many = format!("{unknown}s");
        if self.may_hold(&many) {
            return format!("did you mean `{many}`?");
        }
        if self.may_stand_above(unknown) {
            return format!("write it in the file that includes this one; here may stand {}", listed(&names));
        }
        let others = others_with(unknown, self.shape);
        if !others.is_empty() {
            let why = why_each(unknown).map(|why| format!(", {why}")).unwrap_or_default();
            return format!("it belongs to {}{why}", others.join(" or "));
        }
        match nearest(unknown, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("take it out; {} holds {}", self.shape.header, listed(&names)),
        }
    }
}
