//! One line per factor.

use super::definition::Definition;
use super::kind::{Category, FactorKind};
use super::telephone::Reach;

const PASSWORD: Definition = Definition {
    kind: FactorKind::Password,
    category: Category::Knowledge,
    amr: &["pwd"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: false,
    is_bootstrap: false,
    has_codes: false,
    on_phone: false,
    telephone: None,
    name: "Password",
};

const TEMPORARY_ACCESS_PASS: Definition = Definition {
    kind: FactorKind::TemporaryAccessPass,
    category: Category::Possession,
    amr: &["otp"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: false,
    restricted: false,
    is_bootstrap: true,
    has_codes: false,
    on_phone: false,
    telephone: None,
    name: "Temporary access pass",
};

const WEBAUTHN: Definition = Definition {
    kind: FactorKind::WebAuthn,
    category: Category::Possession,
    // The key, and that somebody touched it; whether by PIN or by fingerprint is not told.
    amr: &["pop", "user"],
    phishing_resistant: true,
    verifies_holder: true,
    is_core: false,
    restricted: false,
    is_bootstrap: false,
    has_codes: false,
    on_phone: false,
    telephone: None,
    name: "Security key or passkey",
};

const SMARTCARD: Definition = Definition {
    kind: FactorKind::Smartcard,
    category: Category::Possession,
    amr: &["sc"],
    phishing_resistant: true,
    // It asks for a PIN, and nothing in what it signs says so.
    verifies_holder: false,
    is_core: false,
    restricted: false,
    is_bootstrap: false,
    has_codes: false,
    on_phone: false,
    telephone: None,
    name: "Smartcard",
};

const PUSH: Definition = Definition {
    kind: FactorKind::Push,
    category: Category::Possession,
    amr: &["swk"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: false,
    is_bootstrap: false,
    has_codes: true,
    on_phone: true,
    telephone: None,
    name: "Wardkey Authenticator",
};

const TOTP: Definition = Definition {
    kind: FactorKind::Totp,
    category: Category::Possession,
    amr: &["otp"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: false,
    is_bootstrap: false,
    has_codes: true,
    on_phone: true,
    telephone: None,
    name: "Authenticator app",
};

const HARDWARE_TOKEN: Definition = Definition {
    kind: FactorKind::HardwareToken,
    category: Category::Possession,
    amr: &["otp"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: false,
    is_bootstrap: false,
    has_codes: true,
    on_phone: false,
    telephone: None,
    name: "Hardware token",
};

const SMS: Definition = Definition {
    kind: FactorKind::Sms,
    category: Category::Possession,
    amr: &["sms"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: true,
    is_bootstrap: false,
    has_codes: false,
    on_phone: true,
    telephone: Some(Reach::Text),
    name: "Text message",
};

const VOICE_CALL: Definition = Definition {
    kind: FactorKind::VoiceCall,
    category: Category::Possession,
    amr: &["tel"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: true,
    restricted: true,
    is_bootstrap: false,
    has_codes: false,
    on_phone: true,
    telephone: Some(Reach::Call),
    name: "Phone call",
};

const RECOVERY_CODE: Definition = Definition {
    kind: FactorKind::RecoveryCode,
    category: Category::Possession,
    amr: &["otp"],
    phishing_resistant: false,
    verifies_holder: false,
    is_core: false,
    // Not by NIST but by us: a sheet of paper opens no privileged account, and an organisation may switch it off.
    restricted: true,
    is_bootstrap: true,
    has_codes: false,
    on_phone: false,
    telephone: None,
    name: "Recovery code",
};

/// The facts of one factor.
pub const fn definition(kind: FactorKind) -> &'static Definition {
    match kind {
        FactorKind::Password => &PASSWORD,
        FactorKind::TemporaryAccessPass => &TEMPORARY_ACCESS_PASS,
        FactorKind::WebAuthn => &WEBAUTHN,
        FactorKind::Smartcard => &SMARTCARD,
        FactorKind::Push => &PUSH,
        FactorKind::Totp => &TOTP,
        FactorKind::HardwareToken => &HARDWARE_TOKEN,
        FactorKind::Sms => &SMS,
        FactorKind::VoiceCall => &VOICE_CALL,
        FactorKind::RecoveryCode => &RECOVERY_CODE,
    }
}

/// Every factor that can be a second one, in the order in which pages offer them.
pub fn second_factors() -> impl Iterator<Item = &'static Definition> {
    FactorKind::ALL.into_iter().map(definition).filter(|definition| definition.is_second_factor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_factor_is_defined_under_its_own_name() {
        for kind in FactorKind::ALL {
            assert_eq!(definition(kind).kind, kind);
            assert!(!definition(kind).amr.is_empty());
        }
    }

    #[test]
    fn a_password_is_never_a_second_factor() {
        let kinds: Vec<_> = second_factors().map(|definition| definition.kind).collect();
        assert_eq!(
            kinds,
            [
                FactorKind::TemporaryAccessPass,
                FactorKind::WebAuthn,
                FactorKind::Smartcard,
                FactorKind::Push,
                FactorKind::Totp,
                FactorKind::HardwareToken,
                FactorKind::Sms,
                FactorKind::VoiceCall,
                FactorKind::RecoveryCode
            ]
        );
    }
}
