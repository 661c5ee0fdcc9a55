//! robots.txt (RFC 9309): which addresses of a host are for us. Asks no host.

/// The name that we go by.
const NAME: &str = "tintinh";
/// More rules than these are not kept.
const RULES_MAX: usize = 2_000;
/// A longer pattern is none, in bytes.
const PATTERN_MAX: usize = 2_048;

/// What a host's robots.txt says to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: Vec<u8>,
    allows: bool,
}

impl Robots {
    /// How much of the file is read, in bytes (§2.5).
    pub const READ_MAX: u64 = 500 << 10;

    /// Reads the file: the groups of our name, together; where there is none, those of `*`. What is no such file says
    /// nothing.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let most = usize::try_from(Self::READ_MAX).unwrap_or(usize::MAX);
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]);
        let (mut ours, mut everybodys) = (None, Vec::new());
        let (mut names_us, mut names_all, mut in_names) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match &*key {
                "user-agent" => {
                    if !in_names {
                        (names_us, names_all, in_names) = (false, false, true);
                    }
                    names_us |= product(value).eq_ignore_ascii_case(NAME);
                    names_all |= value == "*";
                    if names_us {
                        ours.get_or_insert_default();
                    }
                }
                "allow" | "disallow" => {
                    in_names = false;
                    // An empty one forbids nothing.
                    if value.is_empty() || value.len() > PATTERN_MAX {
                        continue;
                    }
                    let rule = Rule { pattern: plain(value.as_bytes()), allows: key == "allow" };
                    if let Some(ours) = ours.as_mut().filter(|_| names_us) {
                        push(ours, rule.clone());
                    }
                    if names_all {
                        push(&mut everybodys, rule);
                    }
                }
                // Others, as Sitemap, belong to no group.
                _ => {}
            }
        }
        Self { rules: ours.unwrap_or(everybodys) }
    }

    /// Whether this path, with its query, may be asked for: the longest pattern that fits says, of equals the one that
    /// allows (§2.2.2).
    #[must_use]
    pub fn allows(&self, path: &str) -> bool {
        let path = plain(path.as_bytes());
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, &path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allows)).is_none_or(|rule| rule.allows)
    }
}

fn push(rules: &mut Vec<Rule>, rule: Rule) {
    if rules.len() < RULES_MAX {
        rules.push(rule);
    }
}

/// The name without its version (§2.2.1).
fn product(value: &str) -> &str {
    value
        .split(|sign: char| !(sign.is_ascii_alphabetic() || sign == '-' || sign == '_'))
        .next()
        .unwrap_or_default()
}

/// With what need not be escaped not escaped, and what must be, escaped (§2.2.2).
fn plain(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        let escaped = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                rest = &after[2..];
                write(byte, !(byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)), &mut plain);
            }
            None => write(*first, !first.is_ascii_graphic(), &mut plain),
        }
    }
    plain
}

fn write(byte: u8, escaped: bool, to: &mut Vec<u8>) {
    if escaped {
        to.extend(format!("%{byte:02X}").into_bytes());
    } else {
        to.push(byte);
    }
}

/// `*` stands for anything, a `$` at the end for the end. Each star takes as little as it can, so that it takes time linear
/// in the path for each.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_the_end) = match pattern {
        [head @ .., b'$'] => (head, true),
        _ => (pattern, false),
    };
    let mut parts = pattern.split(|byte| *byte == b'*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return !to_the_end || rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if to_the_end && parts.peek().is_none() {
            return rest.ends_with(part);
        }
        if part.is_empty() {
            continue;
        }
        let Some(at) = rest.windows(part.len()).position(|window| window == part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_pattern_that_fits_says() {
        let file = "\u{feff}User-agent: *\nDisallow: /\n\nUser-Agent: Tintinh/2 # us\nuser-agent: other\nDisallow: /kin/\n\
            Allow: /kin/mo\nDisallow: /*.pdf$\nDisallow: /tim?*q=\nDisallow:\nDisallow: /đã\nSitemap: https://a.vn/s\n\
            Allow: /a\nDisallow: /a\n";
        let robots = Robots::read(file.as_bytes());
        let table = [
            ("/", true),
            ("/tin/1.html", true),
            ("/kin/1", false),
            ("/kin/mo-cua", true),
            ("/k%69n/1", false),
            ("/x/y.pdf", false),
            ("/x/y.pdf?z", true),
            ("/tim?p=1&q=2", false),
            ("/tim?p=1", true),
            ("/%C4%91%c3%a3/x", false),
            ("/a", true),
        ];
        for (path, wanted) in table {
            assert_eq!(robots.allows(path), wanted, "{path}");
        }
    }

    #[test]
    fn who_is_not_named_is_everybody_and_what_is_no_such_file_says_nothing() {
        let table = [
            ("User-agent: *\nDisallow: /x\nUser-agent: bot\nDisallow: /", "/x", false),
            ("User-agent: *\nDisallow: /x\nUser-agent: bot\nDisallow: /", "/y", true),
            ("User-agent: tintinhx\nDisallow: /", "/", true),
            ("User-agent: *\nDisallow: /\nUser-agent: tintinh\nDisallow: /x", "/y", true),
            ("User-agent: *\nDisallow: /\nUser-agent: tintinh\n", "/y", true),
            (
                "User-agent: tintinh\nDisallow: /a\nUser-agent: *\nDisallow: /\nUser-agent: TINTINH\nDisallow: /b",
                "/b",
                false,
            ),
            ("<html><title>Trang chủ: Disallow: /</title></html>", "/", true),
            ("Disallow: /", "/", true),
            ("", "/", true),
        ];
        for (file, path, wanted) in table {
            assert_eq!(Robots::read(file.as_bytes()).allows(path), wanted, "{file}");
        }
    }

    #[test]
    fn a_hostile_file_is_read_in_bounds() {
        let many = format!("User-agent: *\n{}", "Disallow: /*a*a*a*a*a*b\n".repeat(100_000));
        let robots = Robots::read(many.as_bytes());
        assert_eq!(robots.rules.len(), RULES_MAX);
        assert!(robots.allows(&format!("/{}", "a".repeat(2_000))));
        assert!(robots.allows("/%"));
    }
}
