//! What a browser is asked, and how its answer is judged. Only this file and `metadata.rs` name the WebAuthn library.
//!
//! The library draws its own challenges and keeps its own state; here the challenge is ours and the state is made anew for
//! each answer, so that nothing of it is stored and the domain stays free of randomness. It reads the clock only where it
//! follows an attestation to its authority, which is asked of it with our own time instead.

use std::time::{Duration, SystemTime};

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use url::Url;
use webauthn_rs_core::WebauthnCore;
use webauthn_rs_core::attestation::verify_attestation_ca_chain;
use webauthn_rs_core::error::WebauthnError;
use webauthn_rs_core::proto::{
    AttestationFormat, AttestationMetadata, AuthenticationState, COSEAlgorithm, Credential, ParsedAttestation,
    PublicKeyCredential, RegisterPublicKeyCredential, RegisteredExtensions, RegistrationState, UserVerificationPolicy,
};

use super::aaguid::Aaguid;
use super::challenge::KeyChallenge;
use super::failure::KeyFailure;
use super::rules::{Attestation, RelyingParty, WebAuthnRules};
use super::state::{KeyAnswer, KeyRecord, KeyState, NewKey, Registration, UsedKey, Verdict};
use crate::factor::{FactorKind, Proof};
use crate::id::{AccountId, CredentialId};
use crate::time::Timestamp;

/// What a browser is asked when a key is registered: `PublicKeyCredentialCreationOptionsJSON`
/// [WebAuthn Level 3 §5.4]. `name` and `display_name` are what the authenticator shows; `held` are the keys that the account
/// has already, which the same authenticator must not hold twice.
pub fn creation_options(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    account: AccountId,
    name: &str,
    display_name: &str,
    held: &[KeyState],
) -> Value {
    let algorithms: Vec<Value> = COSEAlgorithm::secure_algs()
        .into_iter()
        .map(|algorithm| json!({"type": "public-key", "alg": algorithm as i64}))
        .collect();
    let asks_model = matches!(rules.attestation, Attestation::Required { .. });
    json!({
        "rp": {"id": rules.relying_party.id(), "name": rules.relying_party.name()},
        "user": {"id": handle(account), "name": name, "displayName": display_name},
        "challenge": BASE64URL_NOPAD.encode(challenge.as_bytes()),
        "pubKeyCredParams": algorithms,
        "timeout": millis(rules.timeout),
        "excludeCredentials": held.iter().map(descriptor).collect::<Vec<_>>(),
        "authenticatorSelection": {
            "residentKey": if rules.passkey_alone { "preferred" } else { "discouraged" },
            "requireResidentKey": false,
            "userVerification": "required",
        },
        "attestation": if asks_model { "direct" } else { "none" },
    })
}

/// The same for a key that an administrator registers to give it away: one that can be carried, and does not stay in their
/// computer.
pub fn handover_options(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    account: AccountId,
    name: &str,
    display_name: &str,
    held: &[KeyState],
) -> Value {
    let mut options = creation_options(rules, challenge, account, name, display_name, held);
    if let Some(selection) = options.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
        selection.insert("authenticatorAttachment".to_owned(), json!("cross-platform"));
    }
    if let Some(all) = options.as_object_mut() {
        all.insert("hints".to_owned(), json!(["security-key"]));
    }
    options
}

/// What a browser is asked when one of `keys` is to be shown: `PublicKeyCredentialRequestOptionsJSON`
/// [WebAuthn Level 3 §5.5].
pub fn request_options(rules: &WebAuthnRules, challenge: &KeyChallenge, keys: &[KeyState]) -> Value {
    json!({
        "challenge": BASE64URL_NOPAD.encode(challenge.as_bytes()),
        "rpId": rules.relying_party.id(),
        "timeout": millis(rules.timeout),
        "allowCredentials": keys.iter().map(descriptor).collect::<Vec<_>>(),
        "userVerification": "required",
    })
}

/// The same where nobody is known yet: the authenticator says who it is [WebAuthn Level 3 §5.1.4, conditional mediation].
pub fn discover_options(rules: &WebAuthnRules, challenge: &KeyChallenge) -> Value {
    request_options(rules, challenge, &[])
}

/// Judges the answer that registers a key [WebAuthn Level 3 §7.1].
pub fn register(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    credential: CredentialId,
    held: &[KeyState],
    answer: &KeyAnswer,
    now: Timestamp,
) -> Registration {
    match registered(rules, challenge, held, answer, now) {
        Ok(key) => Registration::Accept { proof: Proof::of(FactorKind::WebAuthn, Some(credential), now), key },
        Err(failure) => Registration::Refuse(failure),
    }
}

fn registered(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    held: &[KeyState],
    answer: &KeyAnswer,
    now: Timestamp,
) -> Result<NewKey, KeyFailure> {
    let transports = transports(answer);
    let answer: RegisterPublicKeyCredential = serde_json::from_str(&answer.0).map_err(|_| KeyFailure::Unreadable)?;
    let state: RegistrationState = serde_json::from_value(json!({
        "policy": "required",
        "exclude_credentials": [],
        "challenge": BASE64URL_NOPAD.encode(challenge.as_bytes()),
        "credential_algorithms": COSEAlgorithm::secure_algs(),
        "require_resident_key": false,
        "authenticator_attachment": null,
        "extensions": {},
        "allow_synchronised_authenticators": rules.synced,
    }))
    .map_err(|_| KeyFailure::Unsupported)?;
    let made = core(rules)?.register_credential(&answer, &state, None).map_err(|error| failure(&error))?;
    if held.iter().any(|key| key.record.id == made.cred_id) {
        return Err(KeyFailure::KnownKey);
    }
    let model = model_of(&rules.attestation, &made.attestation, now)?;
    let record = KeyRecord {
        id: made.cred_id,
        public_key: made.cred,
        transports,
        backup_eligible: made.backup_eligible,
        backed_up: made.backup_state,
        model,
    };
    Ok(NewKey { record, counter: made.counter })
}

/// Judges an answer to a request for one of `keys` [WebAuthn Level 3 §7.2].
pub fn verify(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    keys: &[KeyState],
    answer: &KeyAnswer,
    now: Timestamp,
) -> Verdict {
    match used(rules, challenge, keys, answer) {
        Ok(used) => Verdict::Accept { proof: Proof::of(FactorKind::WebAuthn, Some(used.credential), now), used },
        Err(failure) => Verdict::Refuse(failure),
    }
}

fn used(
    rules: &WebAuthnRules,
    challenge: &KeyChallenge,
    keys: &[KeyState],
    answer: &KeyAnswer,
) -> Result<UsedKey, KeyFailure> {
    let answer = parse(answer)?;
    let key = keys.iter().find(|key| key.record.id == answer.raw_id).ok_or(KeyFailure::UnknownKey)?;
    if let (Attestation::Required { models, .. }, Some(model)) = (&rules.attestation, key.record.model)
        && models.is_withdrawn(model)
    {
        // SECURITY: what its maker has published voids that it verifies its holder, or that nobody else has its secret.
        return Err(KeyFailure::ModelNotAllowed);
    }
    // Whoever the authenticator takes the person for, it must be the owner of the key [§7.2, step 6].
    if answer.response.user_handle.as_ref().is_some_and(|given| given.as_slice() != key.account.uuid().as_bytes()) {
        return Err(KeyFailure::UnknownKey);
    }
    let state: AuthenticationState = serde_json::from_value(json!({
        "credentials": [],
        "policy": "required",
        "challenge": BASE64URL_NOPAD.encode(challenge.as_bytes()),
        "appid": null,
        "allow_backup_eligible_upgrade": false,
    }))
    .map_err(|_| KeyFailure::Unsupported)?;
    // Makers begin to copy passkeys that they did not copy before; where those are taken, such a one is, too.
    let copied_since = is_backup_eligible(&answer) && !key.record.backup_eligible;
    if copied_since && !rules.synced {
        return Err(KeyFailure::ModelNotAllowed);
    }
    let result = core(rules)?
        .authenticate_single_credential(&answer, &state, &known(key, copied_since))
        .map_err(|error| failure(&error))?;
    let news = copied_since || result.backup_state() != key.record.backed_up;
    let backup_eligible = copied_since || key.record.backup_eligible;
    let record =
        news.then(|| Box::new(KeyRecord { backed_up: result.backup_state(), backup_eligible, ..key.record.clone() }));
    Ok(UsedKey { credential: key.credential, account: key.account, counter: result.counter(), record })
}

impl KeyAnswer {
    /// Whether it names one of `keys`; that it is theirs is not said by that.
    pub fn is_of(&self, keys: &[KeyState]) -> bool {
        parse(self).is_ok_and(|answer| keys.iter().any(|key| key.record.id == answer.raw_id))
    }

    /// The account that the authenticator takes the person for, where it says so: the sign-in then looks for its keys.
    pub fn account(&self) -> Option<AccountId> {
        let handle = parse(self).ok()?.response.user_handle?;
        uuid::Uuid::from_slice(&handle).ok().map(AccountId::from_uuid)
    }
}

/// The flag BE of what an authenticator has signed [WebAuthn Level 3 §6.1].
fn is_backup_eligible(answer: &PublicKeyCredential) -> bool {
    const FLAGS_AT: usize = 32;
    answer.response.authenticator_data.get(FLAGS_AT).is_some_and(|flags| flags & 0x08 != 0)
}

fn parse(answer: &KeyAnswer) -> Result<PublicKeyCredential, KeyFailure> {
    serde_json::from_str(&answer.0).map_err(|_| KeyFailure::Unreadable)
}

fn core(rules: &WebAuthnRules) -> Result<WebauthnCore, KeyFailure> {
    let party: &RelyingParty = &rules.relying_party;
    let origin = Url::parse(party.origin()).map_err(|_| KeyFailure::WrongAnswer)?;
    // SECURITY: our own origin and no other: not another port, not a host below it.
    let (name, id) = (party.name(), party.id());
    Ok(WebauthnCore::new_unsafe_experts_only(name, id, vec![origin], rules.timeout, Some(false), Some(false)))
}

/// A key as the library knows one. What it proved of its model was judged when it was registered.
fn known(key: &KeyState, copied_since: bool) -> Credential {
    Credential {
        cred_id: key.record.id.clone(),
        cred: key.record.public_key.clone(),
        counter: key.counter,
        transports: None,
        user_verified: true,
        backup_eligible: copied_since || key.record.backup_eligible,
        backup_state: key.record.backed_up,
        registration_policy: UserVerificationPolicy::Required,
        extensions: RegisteredExtensions::none(),
        attestation: ParsedAttestation::default(),
        attestation_format: AttestationFormat::None,
    }
}

/// The model that a new key has proved, where one is asked for.
fn model_of(rules: &Attestation, shown: &ParsedAttestation, now: Timestamp) -> Result<Option<Aaguid>, KeyFailure> {
    let Attestation::Required { models, allowed } = rules else { return Ok(None) };
    let micros = u64::try_from(now.as_micros()).unwrap_or(0);
    let at = SystemTime::UNIX_EPOCH + Duration::from_micros(micros);
    let authority = verify_attestation_ca_chain(&shown.data, models.authorities(), at).ok().flatten();
    let authority = authority.ok_or(KeyFailure::ModelNotAllowed)?;
    let (AttestationMetadata::Packed { aaguid } | AttestationMetadata::Tpm { aaguid, .. }) = &shown.metadata else {
        return Err(KeyFailure::ModelNotAllowed);
    };
    // SECURITY: the authority vouches for its own models, not for those of another maker.
    let model = Aaguid::new(*aaguid);
    let is_allowed = allowed.is_empty() || allowed.contains(&model);
    if !authority.aaguids().contains_key(aaguid) || !is_allowed {
        return Err(KeyFailure::ModelNotAllowed);
    }
    Ok(Some(model))
}

fn descriptor(key: &KeyState) -> Value {
    let id = BASE64URL_NOPAD.encode(&key.record.id);
    if key.record.transports.is_empty() {
        return json!({"type": "public-key", "id": id});
    }
    json!({"type": "public-key", "id": id, "transports": key.record.transports})
}

/// The user handle: the account's identifier, which says nothing about the person [WebAuthn Level 3 §14.6.1].
fn handle(account: AccountId) -> String {
    BASE64URL_NOPAD.encode(account.uuid().as_bytes())
}

/// How a key says that it can be reached: a hint for browsers, which no attestation covers [WebAuthn Level 3 §5.8.4].
fn transports(answer: &KeyAnswer) -> Vec<String> {
    const KNOWN: [&str; 6] = ["ble", "hybrid", "internal", "nfc", "smart-card", "usb"];
    let value: Value = serde_json::from_str(&answer.0).unwrap_or_default();
    let said = |known: &&str| {
        let all = value.pointer("/response/transports").and_then(Value::as_array);
        all.is_some_and(|all| all.iter().any(|each| each.as_str() == Some(*known)))
    };
    KNOWN.into_iter().filter(said).map(str::to_owned).collect()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the library's many errors these have words; any other proves nothing"
)]
fn failure(error: &WebauthnError) -> KeyFailure {
    match error {
        WebauthnError::UserNotVerified => KeyFailure::NotVerified,
        WebauthnError::CredentialPossibleCompromise => KeyFailure::Copied,
        WebauthnError::CredentialNotFound => KeyFailure::UnknownKey,
        WebauthnError::CredentialMayNotBeHardwareBound => KeyFailure::ModelNotAllowed,
        WebauthnError::AttestationNotSupported
        | WebauthnError::CredentialAlteredAlgFromRequest
        | WebauthnError::COSEKeyInvalidType
        | WebauthnError::COSEKeyEDUnsupported
        | WebauthnError::COSEKeyInvalidAlgorithm
        | WebauthnError::COSEKeyECDSAInvalidCurve => KeyFailure::Unsupported,
        WebauthnError::ParseCBORFailure(_)
        | WebauthnError::ParseJSONFailure(_)
        | WebauthnError::ParseNOMFailure
        | WebauthnError::ParseInsufficientBytesAvailable => KeyFailure::Unreadable,
        _ => KeyFailure::WrongAnswer,
    }
}
