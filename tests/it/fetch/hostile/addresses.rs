//! Hostile addresses; `PORT` stands for that of listeners on loopback.

/// Addresses that URL parsers take for ones of networks that are not public.
pub const HOSTILE: &[&str] = &[
    // Loopback: dotted, short, decimal, octal, hexadecimal, mixed.
    "http://127.0.0.1:PORT/",
    "http://127.0.0.2:PORT/",
    "http://127.255.255.254:PORT/",
    "http://127.1:PORT/",
    "http://127.0.1:PORT/",
    "http://2130706433:PORT/",
    "http://0x7f000001:PORT/",
    "http://0X7F000001:PORT/",
    "http://017700000001:PORT/",
    "http://0177.0.0.1:PORT/",
    "http://0177.0.0.01:PORT/",
    "http://00000177.0.0.1:PORT/",
    "http://0x7f.0.0.1:PORT/",
    "http://0x7f.1:PORT/",
    "http://0x7f.0x0.0x0.0x1:PORT/",
    "http://127.0x000001:PORT/",
    "http://0x7f.0.01:PORT/",
    "http://127.00.0.0x1:PORT/",
    "http://127.0.0.1.:PORT/",
    "http://0x7f.1.:PORT/",
    // The same in letters that look so: full width, circled, small, mathematical, ideographic stops.
    "http://１２７.０.０.１:PORT/",
    "http://①②⑦.⓪.⓪.①:PORT/",
    "http://127。0。0。1:PORT/",
    "http://127．0．0．1:PORT/",
    "http://𝟏𝟐𝟕.𝟎.𝟎.𝟏:PORT/",
    "http://127.0.0.¹:PORT/",
    "http://12\u{ad}7.0.0.1:PORT/",
    "http://127\u{200b}.0.0.1:PORT/",
    // The same behind percent signs.
    "http://%31%32%37.%30.%30.%31:PORT/",
    "http://127%2e0%2e0%2e1:PORT/",
    "http://%31%32%37%2E1:PORT/",
    "http://%EF%BC%91%EF%BC%92%EF%BC%97.1:PORT/",
    // This machine, unspecified.
    "http://0.0.0.0:PORT/",
    "http://0:PORT/",
    "http://0x0:PORT/",
    "http://00000000000:PORT/",
    "http://0.1:PORT/",
    "http://[::]:PORT/",
    // IPv6: loopback, mapped, compatible, translated.
    "http://[::1]:PORT/",
    "http://[0:0:0:0:0:0:0:1]:PORT/",
    "http://[0000:0000::0001]:PORT/",
    "http://[::0.0.0.1]:PORT/",
    "http://[::ffff:127.0.0.1]:PORT/",
    "http://[::FFFF:7F00:1]:PORT/",
    "http://[0:0:0:0:0:ffff:127.0.0.1]:PORT/",
    "http://[::ffff:0.0.0.0]:PORT/",
    "http://[::127.0.0.1]:PORT/",
    "http://[::7f00:1]:PORT/",
    "http://[::ffff:0:127.0.0.1]:PORT/",
    "http://[64:ff9b::127.0.0.1]:PORT/",
    "http://[64:ff9b::7f00:1]:PORT/",
    "http://[64:ff9b:1::7f00:1]:PORT/",
    "http://[2002:7f00:1::]:PORT/",
    "http://[2002:7f00:0001::1]:PORT/",
    "http://[2001:0:7f00:1::1]:PORT/",
    // Names of this machine.
    "http://localhost:PORT/",
    "http://LOCALHOST:PORT/",
    "http://LocalHost.:PORT/",
    "http://ｌｏｃａｌｈｏｓｔ:PORT/",
    "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:PORT/",
    "http://local%68ost:PORT/",
    "http://lo\u{ad}calhost:PORT/",
    "http://feed.localhost:PORT/",
    "http://a.b.LOCALHOST.:PORT/",
    // Userinfo that is none.
    "http://@127.0.0.1:PORT/",
    "http://:@127.0.0.1:PORT/",
    // Backslashes, white space, and slashes too many or too few.
    "http:\\\\127.0.0.1:PORT\\",
    "http:/\\127.0.0.1:PORT/",
    "http://127.0.0.1:PORT\\@baoninhbinh.org.vn/",
    "http:////127.0.0.1:PORT/",
    "http://127.0.\t0.1:PORT/",
    // Other networks that are not public.
    "http://10.0.0.1:PORT/",
    "http://0xa.1:PORT/",
    "http://172.16.0.1:PORT/",
    "http://192.168.0.1:PORT/",
    "http://0300.0250.1:PORT/",
    "http://100.64.0.1:PORT/",
    "http://169.254.169.254:PORT/latest/meta-data/",
    "http://2852039166:PORT/",
    "http://[::ffff:a9fe:a9fe]:PORT/",
    "http://[fd00:ec2::254]:PORT/",
    "http://[fe80::1]:PORT/",
    "http://[fec0::1]:PORT/",
    "http://[ff02::1]:PORT/",
    "http://224.0.0.1:PORT/",
    "http://255.255.255.255:PORT/",
    "http://192.0.2.1:PORT/",
    "http://[2001:db8::1]:PORT/",
];

/// The same, of which a redirect cannot say as much: relative to where it comes from, or no header.
pub const FIRST_ONLY: &[&str] =
    &["http:127.0.0.1:PORT/", "ht\ntp://127.0.0.1:PORT/", "\u{1} http://127.0.0.1:PORT/"];

/// Userinfo that looks like a host, or hides one.
pub const CREDENTIALS: &[&str] = &[
    "http://baoninhbinh.org.vn@127.0.0.1:PORT/",
    "http://baoninhbinh.org.vn:80@127.0.0.1:PORT/",
    "http://127.0.0.1:PORT@localhost:PORT/",
    "http://a%40b@127.0.0.1:PORT/",
];

/// What no address is in the eyes of the standard, so that only a redirect can say it.
pub const MALFORMED: &[&str] = &[
    "http://[%3a%3a1]:PORT/",
    "http://127.0.0.1%00:PORT/",
    "http://127.0.0.1%0a:PORT/",
    "http://127.0.0.1%20:PORT/",
    "http://127.0.0.256:PORT/",
    "http://1.2.3.4.5:PORT/",
    "http://0x7f.1.:PORT:PORT/",
    "http://4294967296:PORT/",
    "http://[::1%25lo]:PORT/",
    "http://[::1%lo]:PORT/",
    "http://[fe80::1%25eth0]:PORT/",
    "http://[::ffff:127.0.0.1.]:PORT/",
    "http://[127.0.0.1]:PORT/",
    "http://[::1:PORT/",
    "http://127.0.0.1:PORT0000/",
    "http://loc<alhost:PORT/",
    "http://:PORT/",
];

/// Other schemes, with what the standard makes of them.
pub const OTHER_SCHEMES: &[&str] = &[
    "file:///etc/passwd",
    "file://127.0.0.1:/etc/passwd",
    "ftp://127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/_GET",
    "dict://127.0.0.1:PORT/",
    "ws://127.0.0.1:PORT/",
    "wss://127.0.0.1:PORT/",
    "data:text/xml,<rss/>",
    "javascript:alert(1)",
    "jar:http://127.0.0.1:PORT/!/",
    "view-source:http://127.0.0.1:PORT/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
];
