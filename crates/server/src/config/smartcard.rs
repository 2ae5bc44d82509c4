//! `[smartcard]`: cards with a certificate, shown at an address of their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use wardkey_domain::factor::smartcard::{Authorities, CardIdentifier, SmartcardRules, Unpublished};
use wardkey_gateway::outbound::AllowedHost;
use wardkey_usecases::Issuer;

use super::listen::ListenSettings;
use super::outbound::hosts;
use super::reader::{Reader, Section};
use crate::listen::CertificateFiles;

/// What the section says.
#[derive(Clone, Debug)]
pub struct Smartcard {
    /// The rules.
    pub rules: SmartcardRules,
    /// Whether a card is enough as somebody's only second factor.
    pub is_core: bool,
    /// Scheme, host and port at which browsers show cards; nothing where they are not taken.
    pub origin: Option<String>,
    /// Where browsers are asked for a certificate, and with what.
    pub tls: Option<(SocketAddr, CertificateFiles)>,
    /// Where proxies pass on what browsers have shown them.
    pub http: Option<SocketAddr>,
    /// Those proxies.
    pub proxies: Vec<IpNet>,
    /// Responders and lists that may be on a private network.
    pub allow: Vec<AllowedHost>,
}

pub fn read(reader: &mut Reader, issuer: Option<&Issuer>, listen: &ListenSettings) -> Smartcard {
    let mut section = reader.section(
        "smartcard",
        "Smartcards with a certificate. Browsers show one at an address of its own, so that nobody else is asked for a \
         certificate: see docs/operate/smartcards.md.",
    );
    let origin = origin(&mut section, issuer);
    let tls: Option<SocketAddr> = section.optional(
        "listen",
        "The address and port where browsers are asked for a certificate, over https.",
        "\"0.0.0.0:8443\"",
    );
    let chain: Option<PathBuf> = section.optional(
        "certificate",
        "The server's certificate there, in PEM, with the intermediate ones after it; that of `listen` if it is unset.",
        "\"/etc/wardkey/card.pem\"",
    );
    let key: Option<PathBuf> =
        section.optional("key", "The private key of that certificate, in PEM.", "\"/etc/wardkey/card-key.pem\"");
    let http: Option<SocketAddr> = section.optional(
        "listen_http",
        "The address and port where a proxy that asks browsers for their certificate passes it on in the header \
         `Client-Cert` (RFC 9440), over http.",
        "\"127.0.0.1:8481\"",
    );
    let proxies: Vec<IpNet> = section.value(
        "proxies",
        "Networks of those proxies. Nobody else's header is read. SECURITY: they must delete the header where a browser sends it.",
        Vec::new(),
    );
    let tls = tls.and_then(|address| {
        let files = match (chain, key, &listen.https) {
            (Some(chain), Some(key), _) => Some(CertificateFiles { chain, key }),
            (None, None, Some((_, files))) => Some(files.clone()),
            (_, _, _) => None,
        };
        if files.is_none() {
            section.complain("listen", "it needs `certificate` and `key`, here or in `listen`");
        }
        files.map(|files| (address, files))
    });
    if origin.is_some() && tls.is_none() && http.is_none() {
        section.complain("listen", "cards need `listen` or `listen_http`");
    }
    if http.is_some() && proxies.is_empty() {
        section.complain("proxies", "`listen_http` needs the networks of the proxies");
    }
    let rules = rules(&mut section, origin.is_some());
    let is_core = section.value(
        "core",
        "Whether a card is enough as somebody's only second factor. It works in web pages only. Without it a card can only be \
         linked beside another way.",
        false,
    );
    let allow = hosts(
        &mut section,
        "Responders and lists, each as `name:port`, that may be asked although they are on a private network.",
    );
    Smartcard { rules, is_core, origin, tls, http, proxies, allow }
}

/// The origin of the address where cards are shown, if it is one that cookies of the issuer come back from.
fn origin(section: &mut Section<'_>, issuer: Option<&Issuer>) -> Option<String> {
    let origin: Option<Issuer> = section.optional(
        "origin",
        "Scheme, host and port of the address where browsers show cards. Without it cards are not taken. It is another port of \
         the issuer's host, or another host of the same domain.",
        "\"https://card.example.nhs.uk\"",
    );
    let (origin, issuer) = (origin?, issuer?);
    let why = if origin.origin() != origin.as_str() {
        "it must be scheme, host and port, without a path"
    } else if origin.origin() == issuer.origin() {
        "it must be another origin than the issuer's, or everybody is asked for a certificate"
    } else if origin.is_https() != issuer.is_https() {
        "it must be https exactly if the issuer is: browsers keep cookies of one back from the other"
    } else if !is_beside(origin.host(), issuer.host()) {
        "its host must be the issuer's, or one of the same domain"
    } else {
        return Some(origin.as_str().to_owned());
    };
    section.complain("origin", why);
    None
}

/// Whether browsers send the cookies of one host with a form that comes from a page of the other: they are of one site. Which
/// domains are shared by strangers is known to browsers and not to us.
fn is_beside(one: &str, other: &str) -> bool {
    let domain = |host: &str| host.split_once('.').map(|(_, domain)| domain.to_owned()).filter(|it| it.contains('.'));
    let below = |host: &str, domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'));
    let beside = |host: &str, other: &str| domain(other).is_some_and(|domain| host == domain || below(host, &domain));
    one == other || below(one, other) || beside(one, other)
}

fn rules(section: &mut Section<'_>, is_on: bool) -> SmartcardRules {
    let default = SmartcardRules::default();
    let file: Option<PathBuf> = section.optional(
        "authorities",
        "The certificates, in PEM, of the authorities whose cards are taken.",
        "\"/etc/wardkey/card-authorities.pem\"",
    );
    let authorities = match &file {
        Some(file) => read_authorities(section, file),
        None => Authorities::none(),
    };
    if is_on && file.is_none() {
        section.complain("authorities", "cards need the authorities that issue them");
    }
    let named: Vec<String> = section.value(
        "policies",
        "The certificate policies (OIDs) of which a card must have been issued under one. None named means any.",
        Vec::new(),
    );
    let mut policies = Vec::new();
    for text in &named {
        match text.parse() {
            Ok(policy) => policies.push(policy),
            Err(why) => section.complain("policies", format!("`{text}`: {why}")),
        }
    }
    let words: Vec<&'static str> = CardIdentifier::ALL.into_iter().map(CardIdentifier::as_str).collect();
    let word: Option<String> = section.optional(
        "identifier",
        "Where a certificate says whose card it is: `common_name`, `serial_number` or `user_id` of its subject, `principal_name`, or \
         `certificate` for its own serial number, which is another one when the card is renewed, so that it has to be linked again. \
         SECURITY: whoever has the same text in that place, below any of the authorities, has the same card. A name that two people \
         can have will not do.",
        "\"serial_number\"",
    );
    let identifier = match word.as_deref().map(str::parse) {
        Some(Ok(identifier)) => identifier,
        Some(Err(_)) => {
            section.complain("identifier", format!("it is one of {}", words.join(", ")));
            default.identifier
        }
        None => {
            if is_on {
                section.complain(
                    "identifier",
                    "cards need it: only you know what is somebody's own in their certificates",
                );
            }
            default.identifier
        }
    };
    let match_address = section.value(
        "match_address",
        "Whether a card can only be linked to the account whose address it has, as an e-mail address or a principal name. Then \
         the card says who somebody is, also where they have nothing else yet.",
        default.match_address,
    );
    let accepts_unpublished = section.value(
        "accept_unpublished",
        "Whether certificates are taken that do not say where one can ask whether they were revoked.",
        false,
    );
    let lifetime = section.bounded(
        "status_lifetime",
        "How long an answer of an authority is used before it is asked again.",
        default.revocation.lifetime,
        Duration::from_secs(60)..=Duration::from_secs(24 * 60 * 60),
    );
    let grace = section.bounded(
        "status_grace",
        "How long the last answer still counts after its own end while the authority cannot be reached.",
        default.revocation.grace,
        Duration::ZERO..=Duration::from_secs(24 * 60 * 60),
    );
    let max_cards = section.bounded("max_cards", "How many cards one account may have.", default.max_cards, 1..=20);
    let mut revocation = default.revocation;
    revocation.unpublished = if accepts_unpublished { Unpublished::Accept } else { Unpublished::Refuse };
    revocation.lifetime = lifetime;
    revocation.grace = grace;
    SmartcardRules { authorities, policies, identifier, match_address, revocation, max_cards }
}

fn read_authorities(section: &mut Section<'_>, file: &Path) -> Authorities {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let why = match read {
        Ok(found) if found.is_empty() => format!("there is no certificate in `{}`", file.display()),
        Ok(found) => match Authorities::new(found.iter().map(|one| one.to_vec()).collect()) {
            Ok(authorities) => return authorities,
            Err(why) => format!("`{}`: {why}", file.display()),
        },
        Err(error) => format!("cannot read `{}`: {error:?}", file.display()),
    };
    section.complain("authorities", why);
    Authorities::none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_addresses_are_of_one_site() {
        for (card, issuer, expected) in [
            ("id.trust.nhs.uk", "id.trust.nhs.uk", true),
            ("card.trust.nhs.uk", "id.trust.nhs.uk", true),
            ("card.id.trust.nhs.uk", "id.trust.nhs.uk", true),
            ("trust.nhs.uk", "id.trust.nhs.uk", true),
            ("localhost", "localhost", true),
            ("card.other.nhs.uk", "id.trust.nhs.uk", false),
            ("cardtrust.nhs.uk", "id.trust.nhs.uk", false),
            ("card.example", "id.example", false),
        ] {
            assert_eq!(is_beside(card, issuer), expected, "{card} {issuer}");
        }
    }
}
