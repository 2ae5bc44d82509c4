//! What we say to a centre.

use std::str::FromStr;
use std::time::Duration;

use rusmpp::Pdu;
use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue;
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton};
use wardkey_wire::sms::Alphabet;

use super::job::{Carriage, Job};
use super::settings::{Field, SmppSettings, SmppSetupError};

/// The short message carries a header [SMPP 3.4 §5.2.12].
const UDH_INDICATOR: u8 = 0x40;

/// A receipt is wanted, whether the message arrives or not [SMPP 3.4 §5.2.17].
const FINAL_RECEIPT: u8 = 0x01;

/// What a session is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Transceiver,
    Transmitter,
    Receiver,
}

impl Role {
    /// One word for figures and logs.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Transceiver => "transceiver",
            Self::Transmitter => "transmitter",
            Self::Receiver => "receiver",
        }
    }
}

/// Who we are, in the fields that carry it. Made once, so that a session cannot fail for its settings.
#[derive(Clone)]
pub(super) struct Identity {
    system_id: COctetString<1, 16>,
    password: COctetString<1, 9>,
    system_type: COctetString<1, 13>,
    sender: COctetString<1, 21>,
    sender_ton: Ton,
    sender_npi: Npi,
}

impl Identity {
    pub(super) fn new(settings: &SmppSettings) -> Result<Self, SmppSetupError> {
        fn field<const MOST: usize>(text: &str, field: Field) -> Result<COctetString<1, MOST>, SmppSetupError> {
            COctetString::from_str(text).map_err(|_| SmppSetupError::Field(field))
        }
        let (sender_ton, sender_npi, sender) = sender(&settings.sender).ok_or(SmppSetupError::Sender)?;
        Ok(Self {
            system_id: field(&settings.system_id, Field::SystemId)?,
            password: field(settings.password.expose(), Field::Password)?,
            system_type: field(&settings.system_type, Field::SystemType)?,
            sender: COctetString::from_str(sender).map_err(|_| SmppSetupError::Sender)?,
            sender_ton,
            sender_npi,
        })
    }

    /// The request that opens a session [SMPP 3.4 §4.1].
    pub(super) fn bind(&self, role: Role) -> Pdu {
        macro_rules! bind {
            ($request:ident) => {
                $request::builder()
                    .system_id(self.system_id.clone())
                    .password(self.password.clone())
                    .system_type(self.system_type.clone())
                    .interface_version(InterfaceVersion::Smpp3_4)
                    .build()
                    .into()
            };
        }
        match role {
            Role::Transceiver => bind!(BindTransceiver),
            Role::Transmitter => bind!(BindTransmitter),
            Role::Receiver => bind!(BindReceiver),
        }
    }

    /// The request that carries the next part of `job` [SMPP 3.4 §4.4], to be delivered within `validity`. Nothing, when the
    /// number or the octets do not fit.
    pub(super) fn submit(&self, job: &Job, validity: Duration) -> Option<Pdu> {
        let octets = job.parts.get(job.next)?.expose();
        let esm_class = if job.carriage == Carriage::Part { UDH_INDICATOR } else { 0 };
        // One receipt for a text: the one of its last part.
        let receipt = if job.is_last() { FINAL_RECEIPT } else { 0 };
        let request = SubmitSm::builder()
            .source_addr_ton(self.sender_ton)
            .source_addr_npi(self.sender_npi)
            .source_addr(self.sender.clone())
            .dest_addr_ton(Ton::International)
            .dest_addr_npi(Npi::Isdn)
            .destination_addr(COctetString::from_str(job.to.expose()).ok()?)
            .esm_class(EsmClass::from(esm_class))
            .validity_period(EmptyOrFullCOctetString::from_vec(validity_period(validity)).ok()?)
            .registered_delivery(RegisteredDelivery::from(receipt))
            .data_coding(match job.alphabet {
                Alphabet::Gsm7 => DataCoding::McSpecific,
                Alphabet::Ucs2 => DataCoding::Ucs2,
            });
        let request = match job.carriage {
            Carriage::Alone | Carriage::Part => request.short_message(OctetString::from_slice(octets).ok()?),
            Carriage::Payload => request.push_tlv(MessageSubmissionRequestTlvValue::MessagePayload(
                MessagePayload::new(AnyOctetString::from_slice(octets)),
            )),
        };
        Some(request.build().into())
    }
}

/// How `sender` is addressed [SMPP 3.4 §5.2.5, §5.2.6], and its characters.
fn sender(sender: &str) -> Option<(Ton, Npi, &str)> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match sender.strip_prefix('+') {
        Some(number) if digits(number) && (7..=15).contains(&number.len()) => {
            Some((Ton::International, Npi::Isdn, number))
        }
        Some(_) => None,
        None if digits(sender) && sender.len() <= 8 => Some((Ton::NetworkSpecific, Npi::Unknown, sender)),
        None if digits(sender) => None,
        None => {
            let fits = !sender.is_empty()
                && sender.len() <= 11
                && sender.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -.&'".contains(&byte));
            fits.then_some((Ton::Alphanumeric, Npi::Unknown, sender))
        }
    }
}

/// A relative time `YYMMDDhhmmss000R`, with the octet that ends it [SMPP 3.4 §7.1.1.2]; a minute at least, a day at most:
/// nothing of ours is good for longer.
fn validity_period(validity: Duration) -> Vec<u8> {
    let seconds = validity.as_secs().clamp(60, 86_399);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("000000{hours:02}{minutes:02}{seconds:02}000R\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_name_a_number_or_a_short_code() {
        for (text, expected) in [
            ("NHSNoReply", Some((Ton::Alphanumeric, Npi::Unknown, "NHSNoReply"))),
            ("+447700900000", Some((Ton::International, Npi::Isdn, "447700900000"))),
            ("60006", Some((Ton::NetworkSpecific, Npi::Unknown, "60006"))),
            ("NHS England 1", None),
            ("447700900000", None),
            ("+44 7700", None),
            ("", None),
            ("Señor", None),
        ] {
            assert_eq!(sender(text), expected, "{text}");
        }
    }

    #[test]
    fn a_message_is_good_for_a_minute_at_least_and_a_day_at_most() {
        for (seconds, expected) in [
            (0, "000000000100000R\0"),
            (600, "000000001000000R\0"),
            (3_661, "000000010101000R\0"),
            (1 << 40, "000000235959000R\0"),
        ] {
            assert_eq!(validity_period(Duration::from_secs(seconds)), expected.as_bytes());
        }
    }

    #[test]
    fn what_does_not_fit_into_the_bind_is_refused() {
        let good = SmppSettings::new(
            "centre",
            "localhost",
            2775,
            "wardkey",
            wardkey_domain::secret::Secret::new("password".to_owned()),
            "NHS",
        );
        assert!(Identity::new(&good).is_ok());
        let long =
            SmppSettings { password: wardkey_domain::secret::Secret::new("password9".to_owned()), ..good.clone() };
        assert!(matches!(Identity::new(&long), Err(SmppSetupError::Field(Field::Password))));
        let long = SmppSettings { system_id: "x".repeat(16), ..good.clone() };
        assert!(matches!(Identity::new(&long), Err(SmppSetupError::Field(Field::SystemId))));
        let hostile = SmppSettings { system_type: "a\0b".to_owned(), ..good };
        assert!(matches!(Identity::new(&hostile), Err(SmppSetupError::Field(Field::SystemType))));
    }
}
