//! A record that is read is written and read again as itself; an answer counts only for the key whose record it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::smartcard::{CardRecord, PresentedCard};
use wardkey_domain::factor::webauthn::{KeyRecord, KeyState, Verdict, verify};
use wardkey_domain_fuzz::{
    ANY_MODEL, DATA, KEY, NOW, SHOWN, SIGNATURE, account, challenges, credential, key_id, posted_shown, public_key,
};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(card) = CardRecord::from_bytes(bytes) {
        assert_eq!(CardRecord::from_bytes(&card.to_bytes()).as_ref(), Ok(&card));
        assert!(card.ending().is_none_or(|shown| shown.chars().count() == 4));
    }
    if let Ok(card) = PresentedCard::restore(bytes) {
        assert_eq!(PresentedCard::restore(&card.to_bytes()), Ok(card));
    }
    let Ok(record) = KeyRecord::from_bytes(bytes) else { return };
    assert_eq!(KeyRecord::from_bytes(&record.to_bytes()).as_ref(), Ok(&record));
    let _ = (record.is_synced(), record.can_be_given(), record.model());
    let key = KeyState { credential: credential(), account: account(), record, counter: 0 };
    let answer = posted_shown(&key_id(), SHOWN, DATA, SIGNATURE, None).unwrap();
    if let Verdict::Accept { .. } = verify(&ANY_MODEL, &challenges()[1], std::slice::from_ref(&key), &answer, NOW) {
        assert_eq!(public_key(&key.record), public_key(&KEY.record));
    }
});
