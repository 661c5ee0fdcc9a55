//! Files that are read as parts of the file, and what is told of them.

use super::*;

const MAIN: &str = "include = [\"conf.d/*.toml\"]\n[defaults]\ninterval = \"1h\"\n";

/// A file's name and text.
type Named<'a> = (&'a str, &'a str);

/// The file beside these others, as a value or as its problems in lines.
fn read(main: &str, others: &[Named<'_>]) -> Result<Config, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    for (name, text) in others {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let parsed = parse(main, &beside(folder.path()));
    parsed.map_err(|problems| problems.iter().map(|it| it.placed(Path::new("feeds.toml"))).collect())
}

fn named(id: &str, host: &str) -> String {
    format!("[[feeds]]\nid = \"{id}\"\ntitle = \"A\"\nurl = \"https://{host}/rss\"\n")
}

#[test]
fn included_feeds_and_channels_are_read_in_the_order_of_their_files_and_inherit() {
    let own = "[[channels]]\nslug = \"c\"\ntitle = \"C\"\nsources = [\"m\", \"b\"]\n";
    let others = [
        ("conf.d/2.toml", named("b", "b.vn")),
        ("conf.d/1.toml", format!("\u{feff}{own}{}", named("a", "a.vn"))),
        ("conf.d/.hidden.toml", "no toml".to_owned()),
        ("conf.d/1.toml~", "no toml".to_owned()),
        ("3.toml", named("c", "c.vn")),
    ];
    let others: Vec<_> = others.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let config = read(&format!("{MAIN}{}", named("m", "m.vn")), &others).unwrap();
    let ids: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["m", "a", "b"]);
    assert!(config.sources.iter().all(|source| source.pace.interval == Some(Duration::from_hours(1))));
    assert_eq!(config.channels[0].slug.to_string(), "c");
    let files: Vec<_> = config.include.iter().map(|pattern| pattern.folder().ends_with("conf.d")).collect();
    assert_eq!(files, [true]);
    let direct = read("include = [\"3.toml\", \"./3.toml\"]", &others).unwrap();
    assert_eq!(direct.sources.len(), 1);
}

#[test]
fn problems_name_the_file_and_what_stands_twice_both_places() {
    let (a, b) = (named("a", "a.vn"), named("a", "a.vn"));
    let main = format!("{MAIN}{}", named("m", "m.vn"));
    let again = named("m", "a.vn");
    let cases: [(&[Named<'_>], &[&str]); 6] = [
        (
            &[("conf.d/1.toml", &a), ("conf.d/2.toml", &b)],
            &[
                "conf.d/2.toml:2:6: `feeds.a.id` is \"a\", which line 2 of conf.d/1.toml has already: give each feed an \
                 id of its own",
                "conf.d/2.toml:4:7: `feeds.a.url` is the address that line 4 of conf.d/1.toml has already: take one of \
                 the two feeds out",
            ],
        ),
        (
            &[("conf.d/1.toml", &again)],
            &[
                "conf.d/1.toml:2:6: `feeds.m.id` is \"m\", which line 5 of the file that includes this one has already: \
                 give each feed an id of its own",
            ],
        ),
        (
            &[("conf.d/1.toml", "[store]\npath = \"x\"\n")],
            &[
                "conf.d/1.toml:1:2: `store` is not known: write it in the file that includes this one; here may stand \
                 `channels` and `feeds`",
            ],
        ),
        (
            &[("conf.d/1.toml", "[[feeds]]\nid = \"a\n")],
            &[
                "conf.d/1.toml:2:8: this is not TOML at column 8 (invalid basic string, expected `\"`): put text in double \
                 quotes, closed on the same line",
            ],
        ),
        (
            &[("conf.d/1.toml", "[[feed]]\n")],
            &["conf.d/1.toml:1:3: `feed` is not known: did you mean `feeds`?"],
        ),
        (
            &[("conf.d/1.toml", "a\0")],
            &[
                "conf.d/1.toml:1:2: the file holds a NUL (its byte 2): it is damaged or is no text: restore it, and save \
                 it as UTF-8",
            ],
        ),
    ];
    for (others, wanted) in cases {
        assert_eq!(read(&main, others).unwrap_err(), wanted, "{others:?}");
    }
}

#[test]
fn patterns_that_mean_nothing_are_told() {
    let cases = [
        (
            "conf.e/*.toml",
            "names the folder {}/conf.e, which cannot be read (No such file or directory (os error 2)): \
          make it, or take the pattern out",
        ),
        (
            "b.toml",
            "names b.toml, which cannot be read (No such file or directory (os error 2)): make the file, or take \
          its name out",
        ),
        (
            "conf.d/",
            "is \"conf.d/\", which names no file: write a file, or a folder and a name with *, as \
          \"conf.d/*.toml\"",
        ),
        (
            "*/a.toml",
            "is \"*/a.toml\", with a * in a folder's name, where it stands for nothing: write a file, or a \
          folder and a name with *, as \"conf.d/*.toml\"",
        ),
        (
            "a?.toml",
            "is \"a?.toml\", with a sign that is none of ours: only * stands for other characters: write a file, \
          or a folder and a name with *, as \"conf.d/*.toml\"",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    for (pattern, wanted) in cases {
        let problems = parse(&format!("include = [\"{pattern}\"]"), &beside(folder.path())).unwrap_err();
        let told: Vec<String> =
            problems.iter().map(|it| it.sentence().replace(folder.path().to_str().unwrap(), "{}")).collect();
        let key = if wanted.starts_with("is ") { "`include[0]`" } else { "`include`" };
        assert_eq!(told, [format!("{key} {wanted}")], "{pattern}");
    }
    // A folder in which nothing fits is where something may come.
    assert_eq!(parse("include = [\"conf.d/*.toml\"]", &beside(folder.path())).unwrap().sources, []);
}

#[test]
fn a_file_does_not_include_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    fs::write(&file, format!("include = [\"*.toml\"]\n{}", named("m", "m.vn"))).unwrap();
    fs::write(folder.path().join("more.toml"), named("a", "a.vn")).unwrap();
    let config = load(&file, Surroundings::default()).unwrap();
    let ids: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["m", "a"]);
}
