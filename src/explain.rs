//! Why a device was refused: likely causes in their order, and the remedy.
//!
//! Sources: the platform's pages on CONNACK codes and on device-side error codes, and what users
//! of the vendor's SDKs found out in their threads. Each text fits one line of a log, and is fixed
//! at build time, so no secret can be in it.

use crate::status::{self, Error, PLATFORM_CODES};
use core::ffi::CStr;

/// Numbers, and the texts on them one after the other, as `status::nth` wants them. Within a context,
/// whose numbers begin at one of its own.
macro_rules! texts {
    ($( $first:ident { $( $number:tt $text:literal; )* } )*) => {
        const NUMBERS: &[u16] = &[$($( $first + $number, )*)*];
        const TEXTS: &str = concat!($($( $text, "\0", )*)*);
    };
}

/// Where a number comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Context {
    /// A status of linkauth.
    Status,
    /// The `code` in the platform's answer to a registration over HTTPS.
    PlatformCode,
    /// The CONNACK that answered a sign-in.
    ConnackOfSignIn,
    /// The CONNACK that answered a registration over MQTT.
    ConnackOfRegistration,
}

/// The text on a number: total, for any.
pub fn explain(context: Context, number: i32) -> &'static CStr {
    status::c_str(explain_with_nul(context, number))
}

/// Up to its first NUL.
pub(crate) fn explain_with_nul(context: Context, number: i32) -> &'static [u8] {
    match context {
        Context::Status => of_status(number),
        Context::PlatformCode => of_platform_code(number),
        Context::ConnackOfSignIn => of_sign_in(number),
        Context::ConnackOfRegistration => of_registration(number),
    }
}

/// A status that stands for a number of the platform's is explained like that number.
fn of_status(number: i32) -> &'static [u8] {
    match number {
        301..=308 => of_platform_code(platform_code(number)),
        321..=325 => of_sign_in(number.wrapping_sub(320)),
        331..=333 => of_registration(number.wrapping_sub(329)),
        _ => find(STATUS, number).unwrap_or_else(|| status::text_with_nul(number)),
    }
}

fn platform_code(status: i32) -> i32 {
    let at = status.wrapping_sub(Error::PLATFORM_PARAMETER.number()) as usize;
    PLATFORM_CODES.get(at).copied().unwrap_or(0).into()
}

fn of_sign_in(code: i32) -> &'static [u8] {
    known_or_unknown(SIGN_IN, code)
}

fn of_registration(code: i32) -> &'static [u8] {
    match code {
        3 => of_platform_code(500),
        5 => of_registration(4),
        _ => find(REGISTRATION, code).unwrap_or_else(|| of_sign_in(code)),
    }
}

fn of_platform_code(code: i32) -> &'static [u8] {
    known_or_unknown(PLATFORM, code)
}

fn known_or_unknown(first: u16, number: i32) -> &'static [u8] {
    find(first, number)
        .or_else(|| find(first, UNKNOWN.into()))
        .unwrap_or_default()
}

fn find(first: u16, number: i32) -> Option<&'static [u8]> {
    let number = u16::try_from(number).ok().filter(|number| *number < EACH)?;
    status::nth(NUMBERS, TEXTS, first.wrapping_add(number).into())
}

/// Numbers of one context.
const EACH: u16 = 0x2000;
const STATUS: u16 = 0;
const SIGN_IN: u16 = EACH;
const REGISTRATION: u16 = 2 * EACH;
const PLATFORM: u16 = 3 * EACH;
/// For numbers that no text is on.
const UNKNOWN: u16 = EACH - 1;

texts! {
    STATUS {
        605 "1. The TLS client lacks the root: 8883 chains to Alibaba's private IoT root, which no system trusts, 443 to GlobalSign Root R1. 2. The device's clock is not set. 3. Somebody is in between. Remedy: give the root; never switch verification off.";
        606 "1. The connection went to an address or alias: use the host that linkauth gives. 2. Another region or instance. 3. Somebody is in between. Never switch verification off.";
        702 "1. The device was deleted and added again, or reset: its DeviceSecret is new. 2. Another device registered under its name. Remedy: an operator calls ResetThing, or deletes and adds the device; then erase the store, and register or store the new DeviceSecret.";
    }
    SIGN_IN {
        0 "accepted";
        1 "Unsupported MQTT version. Remedy: connect with 3.1.1, protocol level 4.";
        2 "1. securemode and transport disagree: 2 needs TLS, 3 plain TCP. 2. A client, bridge or AT command changed or cut the clientId: it must arrive with every | = and , (escape the commas of an AT command, raise buffers of 128 or 256 bytes). 3. Its part before the first | has over 64 characters. Remedy: compare the clientId sent.";
        3 "1. Keep alive is outside 30 to 1200 seconds: some clients send 15. 2. The service is busy. Remedy: set it to 60 or more, then wait as linkauth reports.";
        4 "1. The DeviceSecret is another's, the ProductSecret, or cut by a buffer. 2. ProductKey or DeviceName is mistyped; case counts. 3. The device was deleted and added again, or registered again: the stored DeviceSecret is void. 4. Host of another region, instance or edition. 5. clientId or username changed after signing. Remedy: compare with the console.";
        5 "1. The device is disabled in the console. 2. It was deleted. 3. Its product authenticates by X.509 or ID2. Remedy: enable or add it in the console.";
        UNKNOWN "Not a code of MQTT 3.1.1: what answered may not be the platform.";
    }
    REGISTRATION {
        0 "accepted: the platform pushes the secret now";
        2 "1. The connection is not TLS. 2. A client or bridge changed or cut the clientId. 3. Without pre-registration: the instance does not offer it, or needs its instanceId. Remedy: use TLS on 8883, give the instance id, compare the clientId sent.";
        4 "1. Dynamic registration is off for the product. 2. ProductSecret and ProductKey do not belong together. 3. The DeviceName was not added. 4. The device is active already: use its DeviceSecret, or ResetThing. 5. Five devices hold the DeviceName (without pre-registration). 6. Another region or instance.";
    }
    PLATFORM {
        200 "success";
        460 "A proxy or an HTTP client changed the form. Remedy: send it as linkauth gives it.";
        500 "The platform failed. Remedy: try again when linkauth says.";
        6100 "1. The DeviceName was not added to the product. 2. It is mistyped; case counts. 3. Another region or instance. Remedy: add the device in the console, or register over MQTT without pre-registration.";
        6250 "1. The ProductKey is mistyped; case counts. 2. Another region or instance. Remedy: compare with the console.";
        6288 "Dynamic registration is off for this product, as by default. Remedy: switch it on in the console (it asks for an SMS code).";
        6289 "1. The device registered and signed in before, and its DeviceSecret was lost or is kept elsewhere: restore it or use it. 2. Another device has this DeviceName. Remedy: an operator calls ResetThing, or deletes and adds the device; then register again.";
        6292 "Unsupported sign method. Remedy: leave it at hmacsha256.";
        6600 "1. The ProductSecret is not this ProductKey's, or is the DeviceSecret. 2. It was cut or has a line end. Remedy: compare with the console.";
        UNKNOWN "Unknown to linkauth: see the platform's table of device-side error codes.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    const CONTEXTS: [Context; 4] = [
        Context::Status,
        Context::PlatformCode,
        Context::ConnackOfSignIn,
        Context::ConnackOfRegistration,
    ];

    fn text(context: Context, number: i32) -> String {
        explain(context, number).to_str().unwrap().to_lowercase()
    }

    #[test]
    fn every_text_fits_a_log_line() {
        for context in CONTEXTS {
            for number in -10..7000 {
                let text = explain(context, number).to_str().unwrap();
                assert!(
                    !text.is_empty() && text.len() <= 400,
                    "{context:?} {number}"
                );
                assert!(text.chars().all(|c| (' '..='~').contains(&c)));
            }
        }
    }

    /// What users were not told, in the words of their threads.
    #[test]
    fn the_causes_that_users_found_are_named() {
        use Context::{ConnackOfRegistration, ConnackOfSignIn, PlatformCode, Status};
        let cases: [(&str, Context, i32, &[&str]); 10] = [
            (
                "refused with -35, no hint which of the credentials is wrong",
                ConnackOfSignIn,
                4,
                &[
                    "devicesecret",
                    "productkey",
                    "devicename",
                    "region",
                    "edition",
                ],
            ),
            (
                "three or four credentials: the ProductSecret used as DeviceSecret",
                ConnackOfSignIn,
                4,
                &["productsecret"],
            ),
            (
                "delete and add leaves a dead secret",
                ConnackOfSignIn,
                4,
                &["deleted and added again"],
            ),
            (
                "the secret was issued and not kept",
                PlatformCode,
                6289,
                &["lost", "resetthing"],
            ),
            (
                "keep alive 15 is refused",
                ConnackOfSignIn,
                3,
                &["keep alive", "30", "15"],
            ),
            (
                "client identifier not valid with TLS",
                ConnackOfSignIn,
                2,
                &["securemode", "tls"],
            ),
            (
                "commas of the clientId in AT commands, bridges, small buffers",
                ConnackOfSignIn,
                2,
                &["at command", "bridge", "buffers"],
            ),
            (
                "8883 uses a private root",
                Status,
                Error::TRANSPORT_CERTIFICATE.number(),
                &["private", "8883", "clock"],
            ),
            (
                "registration needs a switch that nobody named",
                PlatformCode,
                6288,
                &["off for this product", "by default", "console"],
            ),
            (
                "registration without pre-registration refused",
                ConnackOfRegistration,
                4,
                &["dynamic registration", "five devices", "resetthing"],
            ),
        ];
        for (thread, context, number, words) in cases {
            let text = text(context, number);
            for word in words {
                assert!(text.contains(word), "{thread}: {word}");
            }
        }
    }

    #[test]
    fn a_status_is_explained_like_the_number_behind_it() {
        use Context::{ConnackOfRegistration, ConnackOfSignIn, PlatformCode};
        for (status, context, number) in [
            (Error::CONNACK_PROTOCOL, ConnackOfSignIn, 1),
            (Error::CONNACK_CLIENT_ID, ConnackOfSignIn, 2),
            (Error::CONNACK_UNAVAILABLE, ConnackOfSignIn, 3),
            (Error::CONNACK_CREDENTIALS, ConnackOfSignIn, 4),
            (Error::CONNACK_NOT_AUTHORISED, ConnackOfSignIn, 5),
            (Error::REGISTER_CONNACK_FORMAT, ConnackOfRegistration, 2),
            (
                Error::REGISTER_CONNACK_UNAVAILABLE,
                ConnackOfRegistration,
                3,
            ),
            (Error::REGISTER_CONNACK_REFUSED, ConnackOfRegistration, 4),
            (Error::PLATFORM_PARAMETER, PlatformCode, 460),
            (Error::PLATFORM_INTERNAL, PlatformCode, 500),
            (Error::PLATFORM_DEVICE_NOT_FOUND, PlatformCode, 6100),
            (Error::PLATFORM_PRODUCT_NOT_FOUND, PlatformCode, 6250),
            (Error::PLATFORM_REGISTRATION_OFF, PlatformCode, 6288),
            (Error::PLATFORM_ALREADY_ACTIVE, PlatformCode, 6289),
            (Error::PLATFORM_SIGN_METHOD, PlatformCode, 6292),
            (Error::PLATFORM_SIGNATURE, PlatformCode, 6600),
        ] {
            assert_eq!(
                explain(Context::Status, status.number()),
                explain(context, number)
            );
        }
        assert_eq!(
            text(Context::Status, Error::STORE_ABSENT.number()),
            Error::STORE_ABSENT.text().to_lowercase()
        );
    }
}
