//! `[care_identity]`: NHS Care Identity (CIS2), a provider that has card sign-ins.

use std::path::PathBuf;
use std::time::Duration;

use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use wardkey_domain::secret::Secret;
use wardkey_gateway::care_identity::{AssertionAlgorithm, AssertionKey, CareIdentitySettings};
use wardkey_gateway::outbound::AllowedHost;
use wardkey_usecases::Issuer;

use super::outbound::hosts;
use super::reader::{Reader, Section};

/// What the section says.
#[derive(Clone, Debug)]
pub struct CareIdentity {
    /// The provider, if there is one.
    pub settings: Option<CareIdentitySettings>,
    /// Its hosts that may be on a private network.
    pub allow: Vec<AllowedHost>,
}

pub fn read(reader: &mut Reader, ours: Option<&Issuer>) -> CareIdentity {
    let mut section = reader.section(
        "care_identity",
        "NHS Care Identity (CIS2), or another OpenID provider whose sign-ins are made with a smartcard. A sign-in there counts as \
         showing the card: see docs/operate/smartcards.md. `[smartcard]` says whether a card is enough, and how many there may be.",
    );
    let issuer: Option<String> = section.optional(
        "issuer",
        "The provider, exactly as its own document says. Without it there is none.",
        "\"https://care-identity.example.nhs.uk\"",
    );
    let client_id: Option<String> =
        section.optional("client_id", "How the provider knows this server.", "\"1234567890.apps.national\"");
    let key: Option<PathBuf> = section.optional(
        "key",
        "The private key that signs what this server says to the provider, in PEM (PKCS#8). Its public half is at \
         `/care-identity/jwks`.",
        "\"/etc/wardkey/care-identity.pem\"",
    );
    let kid: Option<String> = section.optional("key_id", "How the provider knows that key.", "\"wardkey-1\"");
    let words: Vec<&'static str> = AssertionAlgorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    let algorithm = section.choice("algorithm", "What that key signs with.", "RS512", &words);
    let acr_values: Vec<String> = section.value(
        "acr_values",
        "How strong a sign-in is asked for, the best first. The answer must be one of these: name none that does without the card.",
        vec!["AAL3_ANY".to_owned()],
    );
    let scope = section.value("scope", "What is asked for, `openid` among it.", "openid".to_owned());
    let subject_claim = section.value(
        "subject_claim",
        "The claim that names the person, and stays. SECURITY: changing it loses every link.",
        "sub".to_owned(),
    );
    let name_claims: Vec<String> = section.value(
        "name_claims",
        "Claims with an address of the person, for `smartcard.match_address`.",
        Vec::new(),
    );
    let max_age = section.bounded(
        "max_age",
        "How long ago the person may have shown the card there. Longer than `session.fresh_factor` is of no use where a card is to be \
         shown anew.",
        Duration::from_secs(5 * 60),
        Duration::ZERO..=Duration::from_secs(60 * 60),
    );
    let allow = hosts(
        &mut section,
        "Hosts of the provider, each as `name:port`, that may be called on a private network, and over http.",
    );
    let settings = match (issuer, ours) {
        (Some(issuer), Some(ours)) => {
            provider(&mut section, issuer, client_id, key, kid, algorithm).map(|settings| CareIdentitySettings {
                acr_values,
                scope,
                subject_claim,
                name_claims,
                max_age_of_sign_in: Some(max_age),
                redirect_uri: format!("{}/care-identity/callback", ours.origin()),
                ..settings
            })
        }
        (_, _) => None,
    };
    CareIdentity { settings, allow }
}

fn provider(
    section: &mut Section<'_>,
    issuer: String,
    client_id: Option<String>,
    key: Option<PathBuf>,
    kid: Option<String>,
    algorithm: &str,
) -> Option<CareIdentitySettings> {
    for (name, is_there) in [("client_id", client_id.is_some()), ("key", key.is_some()), ("key_id", kid.is_some())] {
        if !is_there {
            section.complain(name, "it is needed beside `issuer`");
        }
    }
    let (client_id, file, kid) = (client_id?, key?, kid?);
    let pkcs8 = match PrivatePkcs8KeyDer::from_pem_file(&file) {
        Ok(key) => Secret::new(key.secret_pkcs8_der().to_vec()),
        Err(error) => {
            section.complain("key", format!("cannot read a key in PKCS#8 from `{}`: {error}", file.display()));
            return None;
        }
    };
    let algorithm = algorithm.parse().ok()?;
    let key = AssertionKey { kid, algorithm, pkcs8 };
    Some(CareIdentitySettings::new(issuer, client_id, key, Vec::new(), ""))
}
