//! `[stream_syslog]` and `[stream_http]`: whoever watches the audit elsewhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use wardkey_domain::audit::StreamName;
use wardkey_domain::secret::Secret;
use wardkey_gateway::siem::{ClientCertificate, CollectorSettings, Facility, SyslogSettings, SyslogTls, TokenScheme};
use wardkey_usecases::audit::StreamBegin;

use super::outbound::hosts;
use super::reader::{Reader, Section};
use super::roots;

/// A stream and its receiver.
#[derive(Clone, Debug)]
pub struct StreamSettings {
    /// The name of its section.
    pub name: StreamName,
    /// Where it begins.
    pub begin: StreamBegin,
    /// How many events are handed over at once.
    pub batch: u32,
    /// How often.
    pub pause: Duration,
    /// Who takes them.
    pub receiver: ReceiverSettings,
}

/// Who takes a stream.
#[derive(Clone, Debug)]
pub enum ReceiverSettings {
    /// A receiver of syslog.
    Syslog(SyslogSettings),
    /// A collector over HTTP.
    Collector(CollectorSettings),
}

pub fn read(reader: &mut Reader, our_host: Option<&str>) -> Vec<StreamSettings> {
    let about = "A receiver of the audit's events by syslog (RFC 5424) over TLS (RFC 5425), as they are sealed: see docs/operate/stream.md. \
                 Further ones are `[stream_syslog.second]` and so on. Leave the whole section out where there is none: what must be set \
                 must be set if it is there.";
    let mut streams = reader.sections_of("stream_syslog", about, |section, name| syslog(section, name, our_host));
    let about = "A collector of the audit's events as lines of JSON over https, as they are sealed: see docs/operate/stream.md. Further \
                 ones are `[stream_http.second]` and so on. The token is a secret. Leave the whole section out where there is none: what \
                 must be set must be set if it is there.";
    streams.extend(reader.sections_of("stream_http", about, collector));
    streams.into_iter().flatten().collect()
}

fn syslog(section: &mut Section<'_>, name: &str, our_host: Option<&str>) -> Option<StreamSettings> {
    let host: Option<String> = section.required("host", "The receiver's host.", "\"siem.example.nhs.uk\"");
    let port = section.bounded("port", "Its port.", 6514_u16, 1..=u16::MAX);
    let default = SyslogSettings::new(
        name,
        host.as_deref().unwrap_or_default(),
        port,
        our_host.unwrap_or("localhost").trim_matches(['[', ']']),
    );
    let tls = section.choice(
        "tls",
        "Whether the connection is encrypted. `off` is for a receiver on this very machine: events say who signs in where, and cross no \
         network in the clear.",
        "on",
        &["on", "off"],
    );
    let server_name: Option<String> = section.optional(
        "server_name",
        "Whom the receiver's certificate must name; without it, its host.",
        "\"siem.example.nhs.uk\"",
    );
    let authorities: Option<PathBuf> = section.optional(
        "authorities",
        "Certificate authorities to trust instead of the system's, in PEM.",
        "\"/etc/wardkey/siem-ca.pem\"",
    );
    let authorities = authorities.and_then(|path| file(section, "authorities", &path));
    let chain: Option<PathBuf> = section.optional(
        "certificate",
        "A certificate by which the receiver knows this server, and the intermediate ones after it, in PEM. It is read at the start.",
        "\"/etc/wardkey/siem-client.pem\"",
    );
    let key: Option<PathBuf> =
        section.optional("key", "The private key of the certificate, in PEM.", "\"/etc/wardkey/siem-client.key\"");
    if chain.is_some() != key.is_some() {
        section.complain("certificate", "a certificate needs its `key`, and the other way round");
    }
    let chain = chain.and_then(|path| file(section, "certificate", &path));
    let key = key.and_then(|path| file(section, "key", &path)).map(Secret::new);
    let certificate = chain.zip(key).map(|(chain, key)| ClientCertificate { chain, key });
    let facility = section.choice(
        "facility",
        "Which kind of source records say that they come from.",
        "authpriv",
        &Facility::NAMES,
    );
    let settings = SyslogSettings {
        tls: if tls == "off" {
            SyslogTls::Off
        } else {
            let server_name = server_name.unwrap_or_else(|| default.host.clone());
            SyslogTls::On { server_name, authorities, certificate }
        },
        facility: facility.parse().unwrap_or_default(),
        enterprise: section.bounded(
            "enterprise",
            "The private enterprise number that structured data is named by, as `wardkey@32473`. The default is the one for examples \
             (RFC 5612); set your own if you have one and your receiver goes by it.",
            default.enterprise,
            1..=u32::MAX,
        ),
        longest: section.bounded(
            "longest",
            "How many octets a record may have. A larger one goes without the event itself, and says so.",
            default.longest,
            2_048..=1_048_576,
        ),
        ..default
    };
    let stream = pace(section, name, ReceiverSettings::Syslog(settings));
    host.and(stream)
}

fn collector(section: &mut Section<'_>, name: &str) -> Option<StreamSettings> {
    let address: Option<String> = section.required(
        "address",
        "Where batches are posted: https, or http on this very machine. It must hold no secret; the token is one.",
        "\"https://splunk.example.nhs.uk:8088/services/collector/raw\"",
    );
    let default = CollectorSettings::new(name, address.as_deref().unwrap_or_default());
    let token = section.secret("token", "Who we are to the collector, if it asks.");
    let scheme = section.choice(
        "token_scheme",
        "How the token is presented in `Authorization`.",
        "Bearer",
        &["Bearer", "Splunk"],
    );
    let settings = CollectorSettings {
        token,
        scheme: if scheme == "Splunk" { TokenScheme::Splunk } else { TokenScheme::Bearer },
        allow: hosts(
            section,
            "The collector's host as `name:port`, if it is on a private network or on this machine. It does not open http to any other.",
        ),
        extra_roots: roots::read(section),
        ..default
    };
    let stream = pace(section, name, ReceiverSettings::Collector(settings));
    address.and(stream)
}

/// A stream to `receiver`: where it begins, and its pace.
fn pace(section: &mut Section<'_>, name: &str, receiver: ReceiverSettings) -> Option<StreamSettings> {
    let begin = section.choice(
        "begin",
        "Where a stream begins that has not begun before: with what happens from `now` on, or at the `beginning` of the audit.",
        "now",
        &["now", "beginning"],
    );
    let batch = section.bounded("batch", "How many events are handed over at once, at most.", 500_u32, 1..=5_000);
    let pause = section.bounded(
        "pause",
        "How long to wait after everything was handed over.",
        Duration::from_secs(1),
        Duration::from_millis(100)..=Duration::from_secs(60),
    );
    let begin = if begin == "beginning" { StreamBegin::Beginning } else { StreamBegin::Now };
    match name.parse() {
        Ok(name) => Some(StreamSettings { name, begin, batch, pause, receiver }),
        Err(error) => {
            section.complain("begin", format!("`{name}`: {error}"));
            None
        }
    }
}

/// The octets of a file that a setting names.
fn file(section: &mut Section<'_>, key: &'static str, path: &Path) -> Option<Vec<u8>> {
    match std::fs::read(path) {
        Ok(octets) => Some(octets),
        Err(error) => {
            section.complain(key, format!("cannot read `{}`: {error}", path.display()));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::File;
    use super::*;

    fn read_text(text: &str, environment: &[(&str, &str)]) -> (Vec<StreamSettings>, Result<(), String>) {
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut reader = Reader::new(File::parse("a.toml", text).unwrap(), environment);
        let streams = read(&mut reader, Some("[::1]"));
        (streams, reader.finish().map(|_| ()).map_err(|error| error.to_string()))
    }

    #[test]
    fn streams_have_the_names_of_their_sections_and_secrets_of_their_own() {
        let text = "[stream_syslog]\nhost = \"siem.example\"\nfacility = \"local3\"\n[stream_http]\n\
                    address = \"https://a.example/\"\n[stream_http.second]\naddress = \"https://b.example/\"\n\
                    token_scheme = \"Splunk\"\nbegin = \"beginning\"\n";
        let (streams, outcome) = read_text(text, &[("WARDKEY_STREAM_HTTP_SECOND_TOKEN", "sesame")]);
        assert_eq!(outcome, Ok(()));
        let names: Vec<&str> = streams.iter().map(|stream| stream.name.as_str()).collect();
        assert_eq!(names, ["stream_syslog", "stream_http", "stream_http.second"]);
        let ReceiverSettings::Syslog(syslog) = &streams[0].receiver else { panic!("{:?}", streams[0]) };
        assert_eq!((syslog.port, syslog.our_host.as_str(), syslog.facility), (6514, "::1", Facility::Local(3)));
        let SyslogTls::On { server_name, .. } = &syslog.tls else { panic!("{:?}", syslog.tls) };
        assert_eq!(server_name, "siem.example");
        let tokens: Vec<bool> = streams[1..]
            .iter()
            .map(|stream| match &stream.receiver {
                ReceiverSettings::Collector(collector) => collector.token.is_some(),
                ReceiverSettings::Syslog(_) => panic!("{stream:?}"),
            })
            .collect();
        assert_eq!(tokens, [false, true]);
        assert_eq!((streams[1].begin, streams[2].begin), (StreamBegin::Now, StreamBegin::Beginning));
        assert!(!format!("{streams:?}").contains("sesame"));
    }

    #[test]
    fn a_stream_that_cannot_be_used_is_refused_with_its_reason() {
        for (text, complaint) in [
            ("[stream_syslog]\n", "stream_syslog.host: it must be set"),
            ("[stream_http]\naddress = \"https://a.example/\"\ntoken = \"x\"\n", "`token` is a secret"),
            ("[stream_syslog]\nhost = \"a\"\nkey = \"/nowhere\"\n", "a certificate needs its `key`"),
            ("[stream_syslog]\nhost = \"a\"\nauthorities = \"/nowhere\"\n", "cannot read `/nowhere`"),
            ("[stream_syslog]\nhost = \"a\"\nverify = false\n", "there is no setting `verify`"),
            ("[stream_syslog.\"A b\"]\nhost = \"a\"\n", "a stream's name has up to 64"),
            ("[stream_syslog]\nhost = \"a\"\nbatch = 0\n", "it must be from 1 to 5000"),
        ] {
            let (_, outcome) = read_text(text, &[]);
            let told = outcome.unwrap_err();
            assert!(told.contains(complaint), "{text}: {told}");
        }
    }
}
