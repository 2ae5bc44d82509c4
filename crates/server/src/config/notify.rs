//! `[notify]`: GOV.UK Notify for text messages.

use std::time::Duration;

use wardkey_gateway::text::notify::{ApiKey, NotifyReceipts, NotifySettings};

use super::reader::{Reader, Section};
use super::roots;

pub fn read(reader: &mut Reader) -> Vec<NotifySettings> {
    let about = "GOV.UK Notify for text messages. Further services are `[notify.second]` and so on. The API key is a secret. Leave the whole section out where there is none: what must be set must be set if it is there.";
    reader.sections_of("notify", about, one).into_iter().flatten().collect()
}

fn one(section: &mut Section<'_>, name: &str) -> Option<NotifySettings> {
    let template: Option<String> = section.required(
        "template",
        "The identifier of the template, whose body is one field in double round brackets: `((message))`.",
        "\"f33517ff-2a88-4f6e-b855-c550268ce08a\"",
    );
    let key = section.secret("api_key", "The API key as Notify shows it once: a name and two identifiers.");
    let key = match key.map(|key| key.expose().parse::<ApiKey>()) {
        Some(Ok(key)) => Some(key),
        Some(Err(error)) => {
            section.complain("api_key", error.to_string());
            None
        }
        None => {
            section.complain("api_key", "it must be set in the environment");
            None
        }
    };
    let placeholder = "a-00000000-0000-4000-8000-000000000000-00000000-0000-4000-8000-000000000000".parse().ok()?;
    let default =
        NotifySettings::new(name, key.clone().unwrap_or(placeholder), template.as_deref().unwrap_or_default());
    let limits = Duration::from_secs(1)..=Duration::from_secs(60);
    let settings = NotifySettings {
        address: section.value("address", "Where the API is.", default.address.clone()),
        field: section.value("field", "The template's field, which takes the whole text.", default.field.clone()),
        sender: section.optional(
            "sender",
            "Which of the service's senders is shown, by its identifier.",
            "\"8e222534-7f05-4972-86e3-17c5d9f894e2\"",
        ),
        extra_roots: roots::read(section),
        connect_limit: section.bounded(
            "connect_limit",
            "How long a connection may take.",
            default.connect_limit,
            limits.clone(),
        ),
        total_limit: section.bounded("total_limit", "How long a request may take.", default.total_limit, limits),
        first_look: section.bounded(
            "first_look",
            "How soon it is asked for the first time whether a text has arrived.",
            default.first_look,
            Duration::from_secs(1)..=Duration::from_secs(60),
        ),
        receipts: NotifyReceipts::Polled,
        ..default
    };
    key.zip(template).map(|_| settings)
}
