//! `[webauthn]`: security keys and passkeys.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use wardkey_domain::factor::webauthn::{Aaguid, Attestation, BadMetadata, Models, RelyingParty, WebAuthnRules};
use wardkey_usecases::Issuer;

use super::reader::{Reader, Section};
use crate::clock;

/// What the section says.
#[derive(Clone, Debug)]
pub struct WebAuthn {
    /// The rules.
    pub rules: WebAuthnRules,
    /// Whether a key is enough as somebody's only second factor.
    pub is_core: bool,
    /// Whether browsers use keys at the issuer's address at all.
    pub is_usable: bool,
}

impl WebAuthn {
    /// Whether new keys must prove their model, and what is published of models is out of date.
    pub fn takes_no_new_keys(&self) -> bool {
        matches!(&self.rules.attestation, Attestation::Required { models, .. } if models.is_empty())
    }
}

pub fn read(reader: &mut Reader, issuer: Option<&Issuer>) -> WebAuthn {
    let mut section = reader.section("webauthn", "Security keys and passkeys (FIDO2).");
    let default = WebAuthnRules::default();
    let is_core = section.value(
        "core",
        "Whether a key is enough as somebody's only second factor, so that people without a phone need nothing else. Without it \
         a key can only be added beside another way.",
        false,
    );
    let passkey_alone = section.value(
        "passkey_alone",
        "Whether a passkey alone is enough to sign in, without address and password: it is two factors, the device that keeps \
         it and the PIN, fingerprint or face that it asks for. Keys that are registered from then on can be used so.",
        default.passkey_alone,
    );
    let synced = section.value(
        "synced",
        "Whether passkeys are taken that their maker copies between the devices of one person, such as those of phones. \
         Without it only those are taken that never leave their device.",
        default.synced,
    );
    let max_keys = section.bounded("max_keys", "How many keys one account may have.", default.max_keys, 1..=50);
    let timeout = section.bounded(
        "timeout",
        "How long a browser waits for the key.",
        default.timeout,
        Duration::from_secs(30)..=Duration::from_secs(600),
    );
    let name: String = section.value("name", "What browsers and keys show beside the account.", "Wardkey".to_owned());
    let id: Option<String> = section.optional(
        "rp_id",
        "The domain that keys are bound to, if it is not the issuer's host name but a domain above it. SECURITY: every host \
         below that domain can then ask for these keys. It cannot be changed later: keys that were registered stop working.",
        "\"trust.nhs.uk\"",
    );
    let attestation = attestation(&mut section);
    let party = issuer.map(|issuer| RelyingParty::new(issuer.origin(), id.as_deref(), &name));
    let (relying_party, is_usable) = match party {
        Some(Ok(party)) => (party, true),
        Some(Err(why)) => {
            if id.is_some() {
                section.complain("rp_id", why.to_string());
            }
            (default.relying_party, false)
        }
        None => (default.relying_party, false),
    };
    let rules = WebAuthnRules { relying_party, attestation, passkey_alone, synced, timeout, max_keys };
    WebAuthn { rules, is_core, is_usable }
}

fn attestation(section: &mut Section<'_>) -> Attestation {
    let metadata: Option<PathBuf> = section.optional(
        "metadata",
        "What makers have published about their keys: the file (BLOB) of the FIDO Metadata Service. With it a key must prove \
         its model when it is registered. Fetch a new one every month and restart. Without it every key is taken.",
        "\"/etc/wardkey/fido-mds.jwt\"",
    );
    let root: Option<PathBuf> = section.optional(
        "metadata_root",
        "The certificates, in PEM, of the authorities that may certify the signer of that file. The FIDO Alliance says which on the \
         pages of its Metadata Service.",
        "\"/etc/wardkey/fido-mds-root.pem\"",
    );
    let signer: String = section.value(
        "metadata_signer",
        "The host name in the certificate of the signer of that file.",
        "mds.fidoalliance.org".to_owned(),
    );
    let named: Vec<String> = section.value(
        "models",
        "The models that are taken, by AAGUID. None named means all that the file vouches for. Models whose keys are known to be \
         broken never are.",
        Vec::new(),
    );
    let mut allowed = BTreeSet::new();
    for text in &named {
        match text.parse::<Aaguid>() {
            Ok(model) => allowed.insert(model),
            Err(why) => {
                section.complain("models", format!("`{text}`: {why}"));
                false
            }
        };
    }
    let (Some(metadata), Some(root)) = (&metadata, &root) else {
        if metadata.is_some() {
            section.complain("metadata_root", "it is needed beside `metadata`");
        } else if root.is_some() || !named.is_empty() {
            section.complain("metadata", "it is needed beside `metadata_root` and `models`");
        }
        return Attestation::NotAsked;
    };
    let blob =
        std::fs::read_to_string(metadata).map_err(|error| format!("cannot read `{}`: {error}", metadata.display()));
    let read = CertificateDer::pem_file_iter(root).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let roots: Vec<Vec<u8>> = match read {
        Ok(roots) if !roots.is_empty() => roots.iter().map(|root| root.to_vec()).collect(),
        Ok(_) => {
            section.complain("metadata_root", format!("there is no certificate in `{}`", root.display()));
            return Attestation::NotAsked;
        }
        Err(error) => {
            section.complain("metadata_root", format!("cannot read `{}`: {error:?}", root.display()));
            return Attestation::NotAsked;
        }
    };
    let models = blob.and_then(|blob| match Models::parse(&blob, &signer, &roots, clock::system()()) {
        // A server that is restarted a day too late must still let people in: it takes no new keys until there is a new file.
        Err(BadMetadata::OutOfDate) => Ok(Models::none()),
        other => other.map_err(|why| format!("`{}`: {why}", metadata.display())),
    });
    match models {
        Ok(models) => {
            for model in &allowed {
                if models.is_withdrawn(*model) {
                    section.complain("models", format!("`{model}`: its keys are known to be broken"));
                } else if !models.is_empty() && models.name(*model).is_none() {
                    section.complain("models", format!("`{model}`: the file does not have it"));
                }
            }
            Attestation::Required { models, allowed }
        }
        Err(why) => {
            section.complain("metadata", why);
            Attestation::NotAsked
        }
    }
}
