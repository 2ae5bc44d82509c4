//! `[help]`: whom people ask when their organisation names nobody of its own.

use wardkey_domain::directory::HelpContact;

use super::reader::Reader;

pub fn read(reader: &mut Reader) -> HelpContact {
    let mut section = reader.section(
        "help",
        "Whom people ask for help when their organisation names nobody of its own. Every sign-in, enrolment and refusal \
         page shows it.",
    );
    HelpContact {
        name: section.value("name", "What the contact is called.", "Your organisation's IT help desk".to_owned()),
        telephone: section.optional("telephone", "The telephone number, as it is to be read.", "\"0333 200 1133\""),
        address: section.optional("address", "The e-mail address.", "\"help@example.nhs.uk\""),
        hours: section.optional("hours", "When somebody answers.", "\"Monday to Friday, 8am to 6pm\""),
    }
}
