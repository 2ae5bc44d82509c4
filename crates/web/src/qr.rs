//! The picture that an authenticator app scans.

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// `text` as an SVG picture for use inside a page; `None` when it is too long for one.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let picture =
        code.render().min_dimensions(240, 240).dark_color(svg::Color("#000")).light_color(svg::Color("#fff")).build();
    // The XML declaration belongs to a file, not into a page.
    picture.find("<svg").and_then(|start| picture.get(start..)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_can_stand_inside_a_page() {
        let picture = svg("otpauth://totp/Wardkey:nurse%40a.example?secret=GEZDGNBV&issuer=Wardkey").unwrap();
        assert!(picture.starts_with("<svg") && picture.trim_end().ends_with("</svg>"));
        assert!(!picture.contains("style="), "the content policy forbids inline style");
    }
}
