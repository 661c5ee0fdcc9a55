//! How servers are asked: what overrides what, the files that the file names, and that no secret shows.

use super::*;
use crate::model::{Access, Secret};

/// As much of a certificate as is looked at.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\nMAIFAA==\n-----END CERTIFICATE-----\n";

/// The access of the one source, with these keys in `[defaults]` and of its own.
fn access(defaults: &str, own: &str) -> Access {
    good(&format!("[defaults]\n{defaults}\n{}", feed(own))).sources[0].access.clone()
}

/// What is told of a file in this folder.
fn told_in(folder: &Path, text: &str) -> Vec<String> {
    parse(text, &beside(folder)).expect_err(text).iter().map(ToString::to_string).collect()
}

fn headers(access: &Access) -> Vec<(&str, &str)> {
    access.headers.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect()
}

#[test]
fn a_source_that_says_nothing_is_asked_as_servers_usually_are() {
    assert_eq!(access("", ""), Access::default());
    let inert =
        "http = \"auto\"\nheaders = {}\nproxy = \"none\"\nca_file = \"none\"\ncookie_challenge = false";
    assert_eq!(access(inert, &format!("{inert}\ntls_verify = true")), Access::default());
}

#[test]
fn a_source_inherits_how_it_is_asked_and_overrides_it() {
    let defaults =
        "http = \"1.1\"\nuser_agent = \"A\"\nproxy = \"socks5h://127.0.0.1:9050\"\ncookie_challenge = true";
    let inherited = access(defaults, "");
    assert!(inherited.http1_only && inherited.cookie_challenge && !inherited.lax_tls);
    assert_eq!(inherited.user_agent.as_deref(), Some("A"));
    assert_eq!(inherited.proxy.as_ref().map(Url::as_str), Some("socks5h://127.0.0.1:9050"));
    let own =
        "http = \"auto\"\nuser_agent = \"B\"\nproxy = \"none\"\ncookie_challenge = false\ntls_verify = false";
    let overridden = access(defaults, own);
    let expected = Access { user_agent: Some("B".to_owned()), lax_tls: true, ..Access::default() };
    assert_eq!(overridden, expected);
}

#[test]
fn headers_are_merged_by_name_and_an_empty_one_takes_an_inherited_one_out() {
    let defaults = "headers = { \"X-A\" = \"1\", X-B = \"2\", Accept-Language = \"vi\" }";
    assert_eq!(headers(&access(defaults, "")), [("Accept-Language", "vi"), ("X-A", "1"), ("X-B", "2")]);
    let own = "headers = { x-a = \"3\", \"X-b\" = \"\", X-C = \"a b\" }";
    assert_eq!(headers(&access(defaults, own)), [("Accept-Language", "vi"), ("x-a", "3"), ("X-C", "a b")]);
    let authorization = access(defaults, "[feeds.headers]\nAuthorization = \"Bearer a\"").authorization;
    assert_eq!(authorization, Some(Secret::new("Bearer a")));
}

#[test]
fn rewrites_are_merged_and_spelt_as_addresses_spell_hosts() {
    let rewrites = |defaults: &str, own: &str| {
        let config = good(&format!("[defaults]\n{defaults}\n{}", feed(own)));
        let pairs: Vec<_> =
            config.sources[0].rewrite_host.iter().map(|(old, new)| format!("{old} {new}")).collect();
        pairs
    };
    let defaults = "rewrite_host = { \"A.vn.\" = \"B.vn\", \"c.vn\" = \"d.vn\" }";
    assert_eq!(rewrites("", ""), [] as [&str; 0]);
    assert_eq!(rewrites(defaults, ""), ["a.vn b.vn", "c.vn d.vn"]);
    let own = "rewrite_host = { \"a.vn\" = \"\", \"C.vn\" = \"e.vn\", \"b\u{e1}o.vn\" = \"192.0.2.1\" }";
    assert_eq!(rewrites(defaults, own), ["c.vn e.vn", "xn--bo-mia.vn 192.0.2.1"]);
}

#[test]
fn sources_that_say_nothing_share_what_they_inherit() {
    let defaults = "[defaults]\nheaders = { X-A = \"1\" }\nrewrite_host = { \"a.vn\" = \"b.vn\" }\n";
    let config = good(&format!(
        "{defaults}{}{}",
        feed(""),
        feed("").replace("bao-a", "bao-b").replace("a.vn", "b.vn")
    ));
    let [one, other] = [0, 1].map(|index: usize| &config.sources[index]);
    assert!(Arc::ptr_eq(&one.access.headers, &other.access.headers));
    assert!(Arc::ptr_eq(&one.rewrite_host, &other.rewrite_host));
}

#[test]
fn a_proxy_may_be_spelt_as_the_web_spells_addresses() {
    let cases = [
        ("http://proxy.vn", "http://proxy.vn/"),
        ("HTTP://Proxy.vn:80/", "http://proxy.vn/"),
        ("https://proxy.vn:80", "https://proxy.vn:80/"),
        ("socks5://u%40x:p%2Fw@PROXY.vn:443", "socks5://u%40x:p%2Fw@proxy.vn:443"),
        ("socks5://proxy.vn:80", "socks5://proxy.vn:80"),
        ("socks5h://b\u{e1}o.vn", "socks5h://xn--bo-mia.vn"),
        ("socks5h://0x7f.1:9050", "socks5h://127.0.0.1:9050"),
        ("socks5h://[::1]:9050", "socks5h://[::1]:9050"),
    ];
    for (written, read) in cases {
        let access = access("", &format!("proxy = \"{written}\""));
        assert_eq!(access.proxy.as_ref().map(Url::as_str), Some(read), "{written}");
    }
}

#[test]
fn certificates_are_read_once_and_shared() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("ca")).unwrap();
    fs::write(folder.path().join("ca/a.pem"), CERTIFICATE).unwrap();
    fs::write(folder.path().join("b.pem"), CERTIFICATE.repeat(2)).unwrap();
    let mut text = "[defaults]\nca_file = \"ca/a.pem\"\n".to_owned();
    for number in 0..100 {
        let own = if number == 0 { "ca_file = \"b.pem\"" } else { "" };
        text +=
            &feed(own).replace("bao-a", &format!("bao-{number}")).replace("a.vn", &format!("{number}.vn"));
    }
    let config = parse(&text, &beside(folder.path())).unwrap();
    let ca = |index: usize| config.sources[index].access.extra_ca.clone().unwrap();
    assert_eq!((ca(0).len(), &*ca(1)), (2 * CERTIFICATE.len(), CERTIFICATE.as_bytes()));
    assert!((2..100).all(|index| Arc::ptr_eq(&ca(1), &ca(index))));
}

#[test]
fn files_of_certificates_that_give_nothing_are_told_with_line_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    file("empty.pem", b"");
    file("text.pem", b"hello");
    file("large.pem", &vec![b'#'; (512 << 10) + 1]);
    let remedy = "give the path of a file in PEM, from feeds.toml on";
    let pem = "save what stands between the lines BEGIN CERTIFICATE and END CERTIFICATE, those included";
    let cases = [
        ("gone.pem", format!("is \"gone.pem\", which is not there: {remedy}")),
        ("empty.pem", format!("is \"empty.pem\", which is empty: {remedy}")),
        (".", format!("is \".\", which is no plain file: {remedy}")),
        (
            "text.pem/x",
            format!("is \"text.pem/x\", which cannot be read (Not a directory (os error 20)): {remedy}"),
        ),
        ("text.pem", format!("is \"text.pem\", which holds no certificate in PEM: {pem}")),
        (
            "large.pem",
            "is \"large.pem\", which is larger than 512KiB: see whether it is the right one".to_owned(),
        ),
    ];
    for (name, words) in cases {
        let expected = format!("line 5: `feeds.bao-a.ca_file` {words}");
        assert_eq!(told_in(folder.path(), &feed(&format!("ca_file = \"{name}\""))), [expected]);
    }
}

#[test]
fn files_of_credentials_that_give_nothing_are_told_without_name_or_content() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hush-empty"), "").unwrap();
    fs::write(folder.path().join("hush-word"), "hush").unwrap();
    fs::write(folder.path().join("hush-large"), "h".repeat((8 << 10) + 1)).unwrap();
    let remedy = "write the secret into a file of its own, and that file's name here";
    let line = "write one line: user:password, or a whole value such as `Bearer …`";
    let cases = [
        ("hush:hush", format!("names a file that is not there: {remedy}")),
        ("hush-empty", format!("names a file that is empty: {remedy}")),
        (".", format!("names a file that is no plain file: {remedy}")),
        (
            "hush-word",
            format!("names a file that holds neither user:password nor a scheme and a value: {line}"),
        ),
        ("hush-large", "names a file that is larger than 8KiB: see whether it is the right one".to_owned()),
    ];
    for (name, words) in cases {
        let expected = format!("line 5: `feeds.bao-a.credentials_file` {words}");
        assert_eq!(told_in(folder.path(), &feed(&format!("credentials_file = \"{name}\""))), [expected]);
    }
}

#[test]
fn all_files_together_are_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let padded = format!("{CERTIFICATE}{}", "#".repeat((512 << 10) - CERTIFICATE.len()));
    let mut text = String::new();
    for number in 0..33 {
        fs::write(folder.path().join(format!("{number}.pem")), &padded).unwrap();
        let own = feed(&format!("ca_file = \"{number}.pem\""));
        text += &own.replace("bao-a", &format!("bao-{number}")).replace("a.vn", &format!("{number}.vn"));
    }
    let expected = "line 165: `feeds.bao-32.ca_file` is \"32.pem\", which is one too many: all such files together \
                    may hold 16MiB: let several sources name one file";
    assert_eq!(told_in(folder.path(), &text), [expected]);
    // Of one file there may be any number.
    let (text, _) = text.split_once("[[feeds]]\nid = \"bao-32\"").unwrap();
    let again = feed("ca_file = \"0.pem\"").replace("a.vn", "b.vn");
    assert_eq!(parse(&format!("{text}{again}"), &beside(folder.path())).unwrap().sources.len(), 33);
}

#[test]
fn credentials_are_looked_for_where_the_service_manager_put_them_then_beside_the_file() {
    let (given, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(given.path().join("bao-a"), "Bearer given\n").unwrap();
    fs::write(folder.path().join("bao-a"), "Bearer beside\n").unwrap();
    fs::write(folder.path().join("bao-b"), "u:p").unwrap();
    let credentials_directory = Some(given.path().to_owned());
    let served = Surroundings { credentials_directory, ..beside(folder.path()) };
    let by_hand = beside(folder.path());
    let absolute = folder.path().join("bao-a").display().to_string();
    let cases = [
        ("bao-a", &served, "Bearer given"),
        ("./bao-a", &served, "Bearer beside"),
        (&absolute, &served, "Bearer beside"),
        ("bao-b", &served, "Basic dTpw"),
        ("bao-a", &by_hand, "Bearer beside"),
    ];
    for (name, surroundings, value) in cases {
        let config = parse(&feed(&format!("credentials_file = \"{name}\"")), surroundings).unwrap();
        assert_eq!(config.sources[0].access.authorization, Some(Secret::new(value)), "{name}");
    }
}

#[test]
fn credentials_may_be_given_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "u:p").unwrap();
    let text = feed("credentials_file = \"a\"\nheaders = { authorization = \"Bearer x\" }");
    let expected = "line 5: `feeds.bao-a.credentials_file` says what line 6 says too, by `Authorization`: take one of \
                    the two out";
    assert_eq!(told_in(folder.path(), &text), [expected]);
}

#[test]
fn no_secret_shows_in_what_is_printed_of_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "hush-user:hush").unwrap();
    let own = "credentials_file = \"a\"\nheaders = { X-Key = \"hush\" }\nproxy = \"http://hush-user:hush@proxy.vn:3128\"";
    let config = parse(&feed(own), &beside(folder.path())).unwrap();
    let printed = format!("{config:?} {config:#?}");
    assert!(printed.contains("X-Key") && printed.contains("proxy.vn"), "{printed}");
    assert!(!printed.contains("hush") && !printed.contains("aHVzaC"), "{printed}");
}

#[test]
fn no_secret_shows_in_what_is_told_of_a_bad_one() {
    let long = "h".repeat(5000);
    let values = ["hush\\u0007", "hush\u{e9}", " hush", long.as_str()];
    let lines =
        values.map(|value| format!("headers = {{ X-Key = \"{value}\", Authorization = \"{value}\" }}"));
    let proxies = [
        "hush",
        "u:hush@proxy.vn",
        "http://u:hush",
        "ftp://u:hush@a.vn",
        "http://u:hush@a.vn/hush",
        "hush://a",
    ];
    let proxies = proxies.map(|proxy| format!("proxy = \"{proxy}\""));
    let misplaced = ["\"Authorization: hush\" = \"x\"", "\"X hush\" = \"\""]
        .map(|line| format!("headers = {{ {line} }}"));
    let hosts = ["rewrite_host = { \"u:hush@a.vn\" = \"u:hush@b.vn\" }".to_owned()];
    for line in lines.into_iter().chain(proxies).chain(misplaced).chain(hosts) {
        let problems = parse(&feed(&line), &beside(Path::new("/etc/tintinh"))).expect_err(&line);
        let told = ConfigError::Invalid { path: "feeds.toml".into(), problems }.to_string();
        assert!(!told.contains("hush") && !told.contains("hhhh"), "{told}");
    }
}

#[test]
fn too_much_is_told_by_its_limit() {
    let long = "a".repeat(5000);
    let many = |count: usize, of: &str| {
        (0..count).map(|number| format!("\"x{number}\" = \"{of}\"")).collect::<Vec<_>>().join(",")
    };
    let cases = [
        (format!("user_agent = \"{long}\""), "user_agent` is 5000 bytes long, but may be 512: shorten it"),
        (
            format!("proxy = \"http://{long}\""),
            "proxy` is 5007 bytes long, but may be 1024: write scheme, host and port, as \"socks5h://127.0.0.1:9050\", or \"none\"",
        ),
        (
            format!("headers = {{ X = \"{long}\" }}"),
            "headers.X` is 5000 bytes long, but may be 4096: shorten it",
        ),
        (
            format!("headers = {{ {} = \"1\" }}", &long[..65]),
            &format!(
                "headers.{}…` is 65 bytes long, but may be 64: see whether it is the name of a header",
                &long[..60]
            ),
        ),
        (
            format!("headers = {{ {} }}", many(33, "1")),
            "headers` holds 33 lines, but may hold 32: take some out",
        ),
        (
            format!("rewrite_host = {{ {} }}", many(65, "a.vn")),
            "rewrite_host` holds 65 lines, but may hold 64: take some out",
        ),
        (
            format!("rewrite_host = {{ \"a.vn\" = \"{}\" }}", &long[..254]),
            "rewrite_host.a.vn` leads to what is no host: write the host alone, as \"old.example.vn\"",
        ),
    ];
    for (line, expected) in cases {
        assert_eq!(told(&feed(&line)), [format!("line 5: `feeds.bao-a.{expected}")]);
    }
    let defaults =
        format!("[defaults]\nheaders = {{ {} }}\nrewrite_host = {{ {} }}\n", many(32, "1"), many(64, "a.vn"));
    let own = feed("headers = { Y = \"1\" }\nrewrite_host = { \"y\" = \"a.vn\" }");
    let expected = [
        "line 8: `feeds.bao-a.headers` makes 33 headers with those that it inherits, but may make 32: take some out",
        "line 9: `feeds.bao-a.rewrite_host` makes 65 hosts with those that it inherits, but may make 64: take some out",
    ];
    assert_eq!(told(&format!("{defaults}{own}")), expected);
}

#[test]
fn credentials_may_come_from_the_environment_and_no_message_repeats_them() {
    fn variable(name: &str) -> Option<std::ffi::OsString> {
        match name {
            "PAIR" => Some("Aladdin:open sesame".into()),
            "WHOLE" => Some("Bearer hush".into()),
            "BAD" => Some("hush".into()),
            _ => None,
        }
    }
    let read = |name: &str| {
        let surroundings = Surroundings { variable, ..Surroundings::default() };
        parse(&feed(&format!("credentials_env = \"{name}\"")), &surroundings)
    };
    for (name, value) in [("PAIR", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), ("WHOLE", "Bearer hush")] {
        let config = read(name).unwrap();
        assert_eq!(config.sources[0].access.authorization.as_ref().map(Secret::reveal), Some(value));
        assert!(!format!("{config:?}").contains("hush"));
    }
    let problems = read("BAD").unwrap_err();
    let told = ConfigError::Invalid { path: "feeds.toml".into(), problems }.to_string();
    assert!(told.contains("names an environment variable that holds neither user:password nor"), "{told}");
    assert!(!told.contains("hush"), "{told}");
}
