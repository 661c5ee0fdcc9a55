//! How a source's server is to be asked, as `[defaults]`, its host and itself may say it. Asks none.

use url::Url;

use super::{
    files::Files,
    headers::{self, Headers, wrong_value},
    problem::{Problems, Wrong},
    reader::Reader,
    wording::echo,
};
use crate::model::Access;

/// The longest `user_agent`, in bytes.
const MAX_USER_AGENT: usize = 512;

/// The longest address of a proxy, in bytes.
const MAX_PROXY: usize = 1024;

/// What takes an inherited value out, where a key has no other word for it.
const NONE: &str = "none";

/// The inherited ways with what this table says put over them.
pub(super) fn overlaid(
    inherited: &Access,
    table: &Reader<'_>,
    files: &mut Files<'_>,
    problems: &mut Problems<'_>,
) -> Access {
    let Headers { kept, authorization } = headers::overlaid(&inherited.headers, table, problems);
    let read_ca = |name: &str| if name == NONE { Ok(None) } else { files.certificates(name).map(Some) };
    let mut access = Access {
        http1_only: table.text("http", problems, read_http).unwrap_or(inherited.http1_only),
        lax_tls: inherited.lax_tls,
        extra_ca: table.text("ca_file", problems, read_ca).unwrap_or_else(|| inherited.extra_ca.clone()),
        proxy: table.text("proxy", problems, read_proxy).unwrap_or_else(|| inherited.proxy.clone()),
        user_agent: table
            .text("user_agent", problems, read_user_agent)
            .or_else(|| inherited.user_agent.clone()),
        headers: kept,
        authorization: inherited.authorization.clone(),
        cookie_challenge: table.flag("cookie_challenge", problems).unwrap_or(inherited.cookie_challenge),
    };
    // What a source alone may say is told as unknown elsewhere, and read no further.
    if table.may_hold("tls_verify") {
        access.lax_tls = table.flag("tls_verify", problems).is_some_and(|verifies| !verifies);
    }
    if table.may_hold("credentials_file") {
        let from_file = table.text("credentials_file", problems, |name| files.credentials(name));
        if let (Some(_), Some((at, _))) = (table.get("credentials_file"), &authorization) {
            let message = format!("says what line {} says too, by `Authorization`", problems.line(*at));
            table.tell("credentials_file", Wrong::new(message, "take one of the two out"), problems);
        }
        let from_variable =
            table.text("credentials_env", problems, |name| files.credentials_in_variable(name));
        if let Some(found) = table.get("credentials_env") {
            let file = table.get("credentials_file").map(|found| found.at);
            if let Some(other) = file.or(authorization.as_ref().map(|(at, _)| *at)) {
                let message = format!("says what line {} says too", problems.line(other));
                problems.tell(
                    found.at,
                    table.key("credentials_env"),
                    Wrong::new(message, "take one of the two out"),
                );
            }
        }
        access.authorization = from_file.or(from_variable).or_else(|| authorization.map(|(_, value)| value));
    }
    access
}

/// Whether only HTTP/1.1 is spoken.
fn read_http(text: &str) -> Result<bool, Wrong> {
    match text {
        "auto" => Ok(false),
        "1.1" => Ok(true),
        _ => {
            let meant = text.trim().trim_start_matches(|letter: char| !letter.is_ascii_digit());
            let remedy = match meant {
                "1" | "1.0" | "1.1" => "write \"1.1\"",
                "2" | "2.0" => "write \"auto\", which is HTTP/2 wherever the server has it",
                _ => "write \"auto\", or \"1.1\" for a server that fails at HTTP/2",
            };
            Err(Wrong::new(format!("is {}, which is no version to choose", echo(text)), remedy))
        }
    }
}

fn read_user_agent(text: &str) -> Result<String, Wrong> {
    if let Some(message) = wrong_value(text) {
        return Err(Wrong::new(
            message,
            "write it in one line of ASCII characters, without spaces around it",
        ));
    }
    if text.len() > MAX_USER_AGENT {
        let message = format!("is {} bytes long, but may be {MAX_USER_AGENT}", text.len());
        return Err(Wrong::new(message, "shorten it"));
    }
    Ok(text.to_owned())
}

/// A proxy's address; none where there is to be none. No message repeats it: what looks like a host may be a password.
fn read_proxy(text: &str) -> Result<Option<Url>, Wrong> {
    const EXAMPLE: &str = "write scheme, host and port, as \"socks5h://127.0.0.1:9050\", or \"none\"";
    const ESCAPES: &str = "in a password write / as %2F, ? as %3F and # as %23";
    if text == NONE {
        return Ok(None);
    }
    let wrong = |message: &str| Err(Wrong::new(message, EXAMPLE));
    if text.trim().is_empty() {
        return wrong("is empty");
    }
    if text.len() > MAX_PROXY {
        return wrong(&format!("is {} bytes long, but may be {MAX_PROXY}", text.len()));
    }
    let Some((scheme, rest)) = text.split_once("://") else { return wrong("has no scheme") };
    let Some(scheme) =
        ["http", "https", "socks5", "socks5h"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))
    else {
        return wrong("is neither http, https, socks5 nor socks5h");
    };
    if rest.is_empty() || rest.starts_with(['/', ':', '?', '#']) || rest.contains("@:") || rest.ends_with('@')
    {
        return wrong("has no host");
    }
    if rest.contains(|letter: char| letter.is_control() || letter.is_whitespace() || letter == '\\') {
        return wrong("holds a space, a backslash or a control character");
    }
    // By the rules of the web, whatever the scheme: they alone read a host in all of its spellings.
    let Ok(web) = Url::parse(&format!("http://{rest}")) else {
        return if rest.contains('@') {
            Err(Wrong::new("is no address of a proxy", format!("{EXAMPLE}; {ESCAPES}")))
        } else {
            wrong("is no address of a proxy")
        };
    };
    if web.path() != "/" || web.query().is_some() || web.fragment().is_some() {
        let message = "holds more than scheme, user name, password, host and port";
        return Err(Wrong::new(message, format!("take the rest out; {ESCAPES}")));
    }
    // The parser leaves out what is the default of its scheme, which need not be the default of this one.
    let port = || web.port().or_else(|| Url::parse(&format!("https://{rest}")).ok()?.port());
    in_scheme(scheme, &web, port()).map_or_else(|| wrong("is no address of a proxy"), |url| Ok(Some(url)))
}

/// The same place under another scheme.
fn in_scheme(scheme: &str, web: &Url, port: Option<u16>) -> Option<Url> {
    let mut url = Url::parse(&format!("{scheme}://{}", web.host_str()?)).ok()?;
    url.set_port(port).ok()?;
    url.set_username(web.username()).ok()?;
    url.set_password(web.password()).ok()?;
    Some(url)
}
