use proptest::prelude::*;
use wardkey_domain::directory::OdsCode;
use wardkey_domain::factor::voice_call::PromptId;
use wardkey_wire::dtmf::{Detector, Hearing};
use wardkey_wire::g711::Law;

use super::*;
use crate::voice::prompts::{OwnPrompts, PromptSet};

/// A file of sound, as any program writes it.
fn wav(tag: u16, channels: u16, rate: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut bytes = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0".to_vec();
    bytes.extend(tag.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(frame)).to_le_bytes());
    bytes.extend(frame.to_le_bytes());
    bytes.extend(bits.to_le_bytes());
    bytes.extend(b"LIST\x03\0\0\0abc\0data");
    bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    bytes.extend(data);
    bytes
}

fn sine(rate: u32, frequency: f64, peak: f64, seconds: f64) -> Vec<i16> {
    let count = (f64::from(rate) * seconds) as usize;
    let step = std::f64::consts::TAU * frequency / f64::from(rate);
    (0..count).map(|index| ((index as f64 * step).sin() * peak) as i16).collect()
}

fn pcm16(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|sample| sample.to_le_bytes()).collect()
}

/// The power of one frequency among all, from 0 to 1.
fn share(samples: &[i16], frequency: f64) -> f64 {
    let step = std::f64::consts::TAU * frequency / 8_000.0;
    let (mut real, mut imaginary, mut all) = (0.0, 0.0, 0.0);
    for (index, sample) in samples.iter().enumerate() {
        let sample = f64::from(*sample);
        real += sample * (index as f64 * step).cos();
        imaginary += sample * (index as f64 * step).sin();
        all += sample * sample;
    }
    (real * real + imaginary * imaginary) * 2.0 / (samples.len() as f64 * all)
}

#[test]
fn a_tone_is_the_same_tone_from_every_kind_of_file() {
    for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000] {
        let samples = sine(rate, 1_000.0, 8_000.0, 1.0);
        let bytes8: Vec<u8> = samples.iter().map(|sample| ((*sample >> 8) + 128) as u8).collect();
        let stereo: Vec<i16> = samples.iter().flat_map(|sample| [*sample, *sample]).collect();
        for file in [
            wav(1, 1, rate, 16, &pcm16(&samples)),
            wav(1, 2, rate, 16, &pcm16(&stereo)),
            wav(1, 1, rate, 8, &bytes8),
            wav(6, 1, rate, 8, &Law::A.encode_all(&samples)),
            wav(7, 1, rate, 8, &Law::Mu.encode_all(&samples)),
        ] {
            let prompt = Prompt::from_wav(&file).unwrap();
            assert!((1_190..=1_201).contains(&prompt.milliseconds()), "{rate} {prompt:?}");
            let middle = &prompt.samples()[1_600..8_000];
            assert!(share(middle, 1_000.0) > 0.98, "{rate} {}", share(middle, 1_000.0));
        }
    }
}

#[test]
fn what_a_telephone_cannot_carry_does_not_come_back_as_another_tone() {
    // 5 kHz at 22,050 would fold to 3 kHz at 8,000.
    let mixed: Vec<i16> =
        sine(22_050, 5_000.0, 8_000.0, 1.0).iter().zip(sine(22_050, 700.0, 8_000.0, 1.0)).map(|(a, b)| a + b).collect();
    let prompt = Prompt::from_wav(&wav(1, 1, 22_050, 16, &pcm16(&mixed))).unwrap();
    let middle = &prompt.samples()[1_600..8_000];
    assert!(share(middle, 3_000.0) < 0.001 && share(middle, 700.0) > 0.98);
}

#[test]
fn a_prompt_is_loud_enough_and_not_clipped() {
    for peak in [1_500.0, 8_000.0, 32_000.0] {
        let file = wav(1, 1, 8_000, 16, &pcm16(&sine(8_000, 440.0, peak, 1.0)));
        let prompt = Prompt::from_wav(&file).unwrap();
        let top = prompt.samples().iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((3_000..=24_500).contains(&top), "{peak} {top}");
        assert!(prompt.samples()[..800].iter().chain(&prompt.samples()[8_900..]).all(|sample| *sample == 0));
    }
}

#[test]
fn a_file_that_is_no_prompt_says_why() {
    let samples = pcm16(&sine(8_000, 440.0, 8_000.0, 1.0));
    let long = pcm16(&sine(8_000, 440.0, 8_000.0, 20.5));
    let error = |bytes: &[u8]| {
        let error = Prompt::from_wav(bytes).unwrap_err();
        std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
    };
    assert_eq!(error(b"OggS"), "the sound is not a WAVE file");
    assert_eq!(error(&vec![0; MAX_FILE + 1]), "the sound file is larger than 1 MB");
    assert_eq!(error(&wav(1, 1, 8_000, 16, &long)), "the sound is longer than 20 seconds");
    assert_eq!(error(&wav(1, 1, 8_000, 16, &[])), "the sound file is empty");
    assert_eq!(error(&wav(1, 1, 8_000, 16, &[0; 16_000])), "the sound is silent");
    assert_eq!(error(&wav(1, 3, 8_000, 16, &samples)), "the sound must have one channel or two; this has 3");
    assert!(error(&wav(1, 1, 4_000, 16, &samples)).contains("this has 4000"));
    assert!(error(&wav(3, 1, 8_000, 32, &samples)).contains("this is format 3 with 32 bits"));
    assert!(error(&wav(85, 1, 8_000, 0, &samples)).contains("this is format 85"));
    let whole = wav(1, 1, 8_000, 16, &samples);
    for end in 0..whole.len() {
        assert!(Prompt::from_wav(&whole[..end]).is_err(), "{end}");
        if end > 60 {
            break;
        }
    }
    assert_eq!(error(&whole[..whole.len() - 1]), "the sound file is cut off");
}

#[test]
fn every_prompt_of_ours_can_be_heard_and_holds_no_key() {
    let set = PromptSet::english();
    for id in [
        PromptId::Greeting,
        PromptId::PressHash,
        PromptId::TypeCode,
        PromptId::WrongCode,
        PromptId::NoMoreTries,
        PromptId::ThankYou,
        PromptId::Reported,
        PromptId::Goodbye,
        PromptId::CannotConfirm,
    ] {
        let prompt = set.prompt(id).unwrap();
        assert!((1_000..12_000).contains(&prompt.milliseconds()), "{id:?} {prompt:?}");
        let loudest = prompt.samples().iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((6_000..=24_500).contains(&loudest), "{id:?} {loudest}");
        // A voice is not a key: the echo of a prompt, or a machine that speaks, must not press one.
        for law in Law::ALL {
            let hearings = Detector::default().listen(&law.decode_all(&law.encode_all(prompt.samples())));
            assert_eq!(hearings, Vec::<Hearing>::new(), "{id:?}");
        }
    }
    assert!(set.prompt(PromptId::Context).is_none());
}

proptest! {
    #[test]
    fn no_sound_file_hurts(tag in 0_u16..9, channels in 0_u16..4, rate in 7_000_u32..50_000, bits in prop::sample::select(vec![0_u16, 8, 16, 24]), data in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..460, flip in 0_usize..460, with in any::<u8>()) {
        let mut file = wav(tag, channels, rate, bits, &data);
        let (whole, length) = (Prompt::from_wav(&file), file.len());
        if let Ok(prompt) = &whole {
            prop_assert!((1..=2).contains(&channels) && (8_000..=48_000).contains(&rate));
            prop_assert!(!prompt.samples().is_empty());
        }
        let _ = Prompt::from_wav(&file[..cut.min(length)]);
        if let Some(octet) = file.get_mut(flip) {
            *octet ^= with;
        }
        let _ = Prompt::from_wav(&file);
    }
}

/// A prompt whose length tells it from others.
fn tone(seconds: f64) -> Vec<u8> {
    wav(1, 1, 8_000, 16, &pcm16(&sine(8_000, 440.0, 8_000.0, seconds)))
}

#[test]
fn a_folder_replaces_prompts_by_name_and_an_organisations_own_come_first() {
    let folder = std::env::temp_dir().join(format!("wardkey-prompts-{}", std::process::id()));
    let own = folder.join("y12345");
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(folder.join("README.txt"), "not a prompt").unwrap();
    std::fs::write(folder.join("greeting.wav"), tone(1.0)).unwrap();
    std::fs::write(folder.join("reported.wav"), tone(1.0)).unwrap();
    std::fs::write(own.join("greeting.wav"), tone(2.0)).unwrap();
    let prompts = OwnPrompts::from_folder(&folder).unwrap();
    let length = |code: &str, id| prompts.of(&OdsCode::parse(code).unwrap()).prompt(id).unwrap().milliseconds() / 10;
    assert_eq!((length("A00001", PromptId::Greeting), length("Y12345", PromptId::Greeting)), (119, 219));
    assert_eq!((length("A00001", PromptId::Reported), length("Y12345", PromptId::Reported)), (119, 119));
    let ours = PromptSet::english();
    assert_eq!(
        prompts.of(&OdsCode::parse("Y12345").unwrap()).prompt(PromptId::Goodbye),
        ours.prompt(PromptId::Goodbye)
    );
    let refused = || OwnPrompts::from_folder(&folder).unwrap_err().to_string();
    std::fs::write(own.join("hello.wav"), "").unwrap();
    assert!(refused().contains("no prompt is called") && refused().contains("y12345/hello.wav"), "{}", refused());
    std::fs::rename(own.join("hello.wav"), own.join("goodbye.wav")).unwrap();
    assert!(refused().contains("goodbye.wav` cannot be used"), "{}", refused());
    std::fs::remove_file(own.join("goodbye.wav")).unwrap();
    std::fs::create_dir(folder.join(".git")).unwrap();
    assert!(OwnPrompts::from_folder(&folder).is_ok());
    std::fs::create_dir(folder.join("Y12345")).unwrap();
    assert!(refused().contains("is not the only one of its organisation"), "{}", refused());
    std::fs::rename(&own, folder.join("Moorland Trust")).unwrap();
    assert!(refused().contains("not named by the ODS code"), "{}", refused());
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(OwnPrompts::from_folder(&folder).is_err());
}
