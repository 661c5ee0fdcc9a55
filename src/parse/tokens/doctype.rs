//! Document types: the entities that they declare. Asks for nothing outside the document.

use super::{Tokens, name_length};

impl Tokens<'_> {
    /// Notes the entities that it declares (XML 1.0 section 4.2.1); external ones are nobody's.
    pub(super) fn document_type(&mut self) {
        let start = self.at + "<!DOCTYPE".len();
        let rest = self.source.get(start..).unwrap_or_default();
        let Some(end) = rest.find(['[', '>', '<']) else {
            self.at = self.source.len();
            return;
        };
        self.at = start + end + 1;
        match rest.as_bytes().get(end) {
            Some(b'<') => self.at -= 1,
            Some(b'[') if !std::mem::replace(&mut self.has_subset, true) => {
                let subset = start + end + 1;
                if let Some(length) = self.subset(subset) {
                    self.at = subset + length;
                }
            }
            _ => {}
        }
    }

    /// The length of an internal subset that begins here, the closing `]>` included.
    fn subset(&mut self, from: usize) -> Option<usize> {
        let subset = self.source.get(from..)?;
        let mut at = 0;
        loop {
            at += subset.get(at..)?.find(['<', ']'])?;
            let rest = subset.get(at..)?;
            if rest.starts_with(']') {
                let behind = rest.get(1..)?.trim_start();
                return Some(subset.len() - behind.strip_prefix('>').unwrap_or(behind).len());
            }
            if rest.starts_with("<!--") {
                at += rest.find("-->")? + 3;
                continue;
            }
            let length = match rest.strip_prefix("<!ENTITY").and_then(declared) {
                Some((name, value, behind)) => {
                    self.entities.declare(name, value);
                    rest.len() - behind.len()
                }
                None => 1,
            };
            at += length;
        }
    }
}

/// The rest of `<!ENTITY`: name and value of an internal general entity, and what stands behind the value.
fn declared(rest: &str) -> Option<(&str, &str, &str)> {
    let rest = rest.trim_start();
    let (name, rest) = rest.split_at(name_length(rest, 0));
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let (value, behind) = rest.get(1..)?.split_once(quote)?;
    Some((name, value, behind)).filter(|_| !name.is_empty())
}
