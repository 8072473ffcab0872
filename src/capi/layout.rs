//! Size and offset of everything that crosses the border, in bytes and words of a pointer's size:
//! measured by C compilers of 64 and 32 bits, asserted here for every target, and in C by
//! tests/abi/layout.c. Made by `make header`.

use super::*;
use crate::transport::Transport as linkauth_transport;
use core::mem::offset_of;

const fn place(bytes: usize, words: usize) -> usize {
    bytes.wrapping_add(words.wrapping_mul(size_of::<usize>()))
}

macro_rules! size {
    ($type:ident, $bytes:literal, $words:literal) => {
        const _: () = assert!(size_of::<$type>() == place($bytes, $words));
    };
}

macro_rules! offset {
    ($type:ident, $member:ident, $bytes:literal, $words:literal) => {
        const _: () = assert!(offset_of!($type, $member) == place($bytes, $words));
    };
}

#[cfg(feature = "seal")]
size!(linkauth_aead, 64, 0);

size!(linkauth_seal, 8, 3);
offset!(linkauth_seal, struct_size, 0, 0);
offset!(linkauth_seal, reserved, 4, 0);
offset!(linkauth_seal, user, 8, 0);
offset!(linkauth_seal, seal, 8, 1);
offset!(linkauth_seal, unseal, 8, 2);

size!(linkauth_device, 512, 0);

size!(linkauth_store, 8, 8);
offset!(linkauth_store, struct_size, 0, 0);
offset!(linkauth_store, reserved, 4, 0);
offset!(linkauth_store, user, 8, 0);
offset!(linkauth_store, load, 8, 1);
offset!(linkauth_store, save, 8, 2);
offset!(linkauth_store, erase, 8, 3);
offset!(linkauth_store, lock, 8, 4);
offset!(linkauth_store, unlock, 8, 5);
offset!(linkauth_store, prepare, 8, 6);
offset!(linkauth_store, retire, 8, 7);

size!(linkauth_critical_section, 8, 3);
offset!(linkauth_critical_section, struct_size, 0, 0);
offset!(linkauth_critical_section, reserved, 4, 0);
offset!(linkauth_critical_section, user, 8, 0);
offset!(linkauth_critical_section, enter, 8, 1);
offset!(linkauth_critical_section, leave, 8, 2);

size!(linkauth_device_config, 8, 13);
offset!(linkauth_device_config, struct_size, 0, 0);
offset!(linkauth_device_config, flags, 4, 0);
offset!(linkauth_device_config, product_key, 8, 0);
offset!(linkauth_device_config, product_key_length, 8, 1);
offset!(linkauth_device_config, device_name, 8, 2);
offset!(linkauth_device_config, device_name_length, 8, 3);
offset!(linkauth_device_config, region, 8, 4);
offset!(linkauth_device_config, region_length, 8, 5);
offset!(linkauth_device_config, instance_id, 8, 6);
offset!(linkauth_device_config, instance_id_length, 8, 7);
offset!(linkauth_device_config, store, 8, 8);
offset!(linkauth_device_config, seal, 8, 9);
offset!(linkauth_device_config, random, 8, 10);
offset!(linkauth_device_config, random_user, 8, 11);
offset!(linkauth_device_config, critical_section, 8, 12);

size!(linkauth_error_detail, 24, 0);
offset!(linkauth_error_detail, struct_size, 0, 0);
offset!(linkauth_error_detail, platform_code, 4, 0);
offset!(linkauth_error_detail, system_error, 8, 0);
offset!(linkauth_error_detail, http_status, 12, 0);
offset!(linkauth_error_detail, retry_after_ms, 16, 0);
offset!(linkauth_error_detail, reserved, 20, 0);

#[cfg(feature = "posix")]
size!(linkauth_file_store, 64, 0);

#[cfg(feature = "flash")]
size!(linkauth_flash_store, 128, 0);

#[cfg(feature = "flash")]
size!(linkauth_flash, 16, 5);
#[cfg(feature = "flash")]
offset!(linkauth_flash, struct_size, 0, 0);
#[cfg(feature = "flash")]
offset!(linkauth_flash, slot_size, 4, 0);
#[cfg(feature = "flash")]
offset!(linkauth_flash, unit, 8, 0);
#[cfg(feature = "flash")]
offset!(linkauth_flash, erased, 12, 0);
#[cfg(feature = "flash")]
offset!(linkauth_flash, user, 16, 0);
#[cfg(feature = "flash")]
offset!(linkauth_flash, read, 16, 1);
#[cfg(feature = "flash")]
offset!(linkauth_flash, program, 16, 2);
#[cfg(feature = "flash")]
offset!(linkauth_flash, erase, 16, 3);
#[cfg(feature = "flash")]
offset!(linkauth_flash, sync, 16, 4);

#[cfg(feature = "lean")]
#[cfg(feature = "flash")]
size!(linkauth_flash_secret_store, 640, 0);

#[cfg(feature = "lean")]
size!(linkauth_lean, 8, 13);
#[cfg(feature = "lean")]
offset!(linkauth_lean, struct_size, 0, 0);
#[cfg(feature = "lean")]
offset!(linkauth_lean, timeout_ms, 4, 0);
#[cfg(feature = "lean")]
offset!(linkauth_lean, product_key, 8, 0);
#[cfg(feature = "lean")]
offset!(linkauth_lean, product_key_length, 8, 1);
#[cfg(feature = "lean")]
offset!(linkauth_lean, device_name, 8, 2);
#[cfg(feature = "lean")]
offset!(linkauth_lean, device_name_length, 8, 3);
#[cfg(feature = "lean")]
offset!(linkauth_lean, instance_id, 8, 4);
#[cfg(feature = "lean")]
offset!(linkauth_lean, instance_id_length, 8, 5);
#[cfg(feature = "lean")]
offset!(linkauth_lean, product_secret, 8, 6);
#[cfg(feature = "lean")]
offset!(linkauth_lean, product_secret_length, 8, 7);
#[cfg(feature = "lean")]
offset!(linkauth_lean, host, 8, 8);
#[cfg(feature = "lean")]
offset!(linkauth_lean, host_length, 8, 9);
#[cfg(feature = "lean")]
offset!(linkauth_lean, random, 8, 10);
#[cfg(feature = "lean")]
offset!(linkauth_lean, random_user, 8, 11);
#[cfg(feature = "lean")]
offset!(linkauth_lean, critical_section, 8, 12);

#[cfg(feature = "lean")]
size!(linkauth_secret_store, 8, 3);
#[cfg(feature = "lean")]
offset!(linkauth_secret_store, struct_size, 0, 0);
#[cfg(feature = "lean")]
offset!(linkauth_secret_store, reserved, 4, 0);
#[cfg(feature = "lean")]
offset!(linkauth_secret_store, user, 8, 0);
#[cfg(feature = "lean")]
offset!(linkauth_secret_store, load, 8, 1);
#[cfg(feature = "lean")]
offset!(linkauth_secret_store, save, 8, 2);

size!(linkauth_transport, 8, 6);
offset!(linkauth_transport, struct_size, 0, 0);
offset!(linkauth_transport, flags, 4, 0);
offset!(linkauth_transport, user, 8, 0);
offset!(linkauth_transport, open, 8, 1);
offset!(linkauth_transport, write, 8, 2);
offset!(linkauth_transport, read, 8, 3);
offset!(linkauth_transport, close, 8, 4);
offset!(linkauth_transport, now_ms, 8, 5);

#[cfg(feature = "lean")]
size!(linkauth_lean_memory, 1280, 0);

size!(linkauth_connect, 296, 0);
offset!(linkauth_connect, client_id, 0, 0);
offset!(linkauth_connect, username, 160, 0);
offset!(linkauth_connect, password, 224, 0);

size!(linkauth_store_info, 24, 0);
offset!(linkauth_store_info, struct_size, 0, 0);
offset!(linkauth_store_info, state, 4, 0);
offset!(linkauth_store_info, kind, 8, 0);
offset!(linkauth_store_info, is_sealed, 12, 0);
offset!(linkauth_store_info, sequence, 16, 0);
offset!(linkauth_store_info, registrations, 20, 0);

size!(linkauth_extension, 0, 4);
offset!(linkauth_extension, key, 0, 0);
offset!(linkauth_extension, key_length, 0, 1);
offset!(linkauth_extension, value, 0, 2);
offset!(linkauth_extension, value_length, 0, 3);

size!(linkauth_sign_in_options, 32, 10);
offset!(linkauth_sign_in_options, struct_size, 0, 0);
offset!(linkauth_sign_in_options, sign_method, 4, 0);
offset!(linkauth_sign_in_options, secure_mode, 8, 0);
offset!(linkauth_sign_in_options, port, 12, 0);
offset!(linkauth_sign_in_options, timestamp, 16, 0);
offset!(linkauth_sign_in_options, flags, 24, 0);
offset!(linkauth_sign_in_options, reserved, 28, 0);
offset!(linkauth_sign_in_options, client_id, 32, 0);
offset!(linkauth_sign_in_options, client_id_length, 32, 1);
offset!(linkauth_sign_in_options, host, 32, 2);
offset!(linkauth_sign_in_options, host_length, 32, 3);
offset!(linkauth_sign_in_options, device_secret, 32, 4);
offset!(linkauth_sign_in_options, device_secret_length, 32, 5);
offset!(linkauth_sign_in_options, device_token, 32, 6);
offset!(linkauth_sign_in_options, device_token_length, 32, 7);
offset!(linkauth_sign_in_options, extensions, 32, 8);
offset!(linkauth_sign_in_options, extension_count, 32, 9);

size!(linkauth_psk_result, 8, 5);
offset!(linkauth_psk_result, struct_size, 0, 0);
offset!(linkauth_psk_result, reserved, 4, 0);
offset!(linkauth_psk_result, identity, 8, 0);
offset!(linkauth_psk_result, identity_length, 8, 1);
offset!(linkauth_psk_result, key, 8, 2);
offset!(linkauth_psk_result, key_length, 8, 3);
offset!(linkauth_psk_result, size_needed, 8, 4);

size!(linkauth_registration, 1152, 0);

size!(linkauth_registration_options, 24, 6);
offset!(linkauth_registration_options, struct_size, 0, 0);
offset!(linkauth_registration_options, sign_method, 4, 0);
offset!(linkauth_registration_options, form, 8, 0);
offset!(linkauth_registration_options, secure_mode, 12, 0);
offset!(linkauth_registration_options, product_secret, 16, 0);
offset!(linkauth_registration_options, product_secret_length, 16, 1);
offset!(linkauth_registration_options, host, 16, 2);
offset!(linkauth_registration_options, host_length, 16, 3);
offset!(linkauth_registration_options, random, 16, 4);
offset!(linkauth_registration_options, random_length, 16, 5);
offset!(linkauth_registration_options, port, 16, 6);
offset!(linkauth_registration_options, timeout_ms, 20, 6);

size!(linkauth_sign_in_result, 8, 9);
offset!(linkauth_sign_in_result, struct_size, 0, 0);
offset!(linkauth_sign_in_result, port, 4, 0);
offset!(linkauth_sign_in_result, host, 8, 0);
offset!(linkauth_sign_in_result, host_length, 8, 1);
offset!(linkauth_sign_in_result, client_id, 8, 2);
offset!(linkauth_sign_in_result, client_id_length, 8, 3);
offset!(linkauth_sign_in_result, username, 8, 4);
offset!(linkauth_sign_in_result, username_length, 8, 5);
offset!(linkauth_sign_in_result, password, 8, 6);
offset!(linkauth_sign_in_result, password_length, 8, 7);
offset!(linkauth_sign_in_result, size_needed, 8, 8);

size!(linkauth_registration_step, 16, 4);
offset!(linkauth_registration_step, struct_size, 0, 0);
offset!(linkauth_registration_step, kind, 4, 0);
offset!(linkauth_registration_step, data, 8, 0);
offset!(linkauth_registration_step, data_length, 8, 1);
offset!(linkauth_registration_step, host, 8, 2);
offset!(linkauth_registration_step, host_length, 8, 3);
offset!(linkauth_registration_step, port, 8, 4);
offset!(linkauth_registration_step, reserved, 12, 4);

size!(linkauth_device_certificate, 0, 6);
offset!(linkauth_device_certificate, product_key, 0, 0);
offset!(linkauth_device_certificate, product_key_length, 0, 1);
offset!(linkauth_device_certificate, device_name, 0, 2);
offset!(linkauth_device_certificate, device_name_length, 0, 3);
offset!(linkauth_device_certificate, device_secret, 0, 4);
offset!(linkauth_device_certificate, device_secret_length, 0, 5);
