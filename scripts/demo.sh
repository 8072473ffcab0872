#!/usr/bin/env bash
# Shows, on this machine alone, devices that register, over HTTPS and MQTT, store what they were
# issued and sign in; that they may be killed in between; and that no secret shows anywhere. Every
# line with a dash is checked.
#
#   scripts/demo.sh
#
# BUILD_DIR  folder with liblinkauth.so.0, liblinkauth_tls.so.0 and the programs of c_examples
# PLATFORM   the program linkauth-platform
# What is not named is built. Ends with 0 if all was as claimed, and leaves no process and no file.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/demo/lib.sh
source scripts/demo/build.sh
build_demo

begin_work demo
account=$work/logs/account

step "A platform of our own starts, on free ports of the loopback"
start_platform
say "- process $platform: MQTT over TLS on port $mqtt_port, HTTPS on port $https_port"

step "It gets a product with dynamic registration, and its devices"
product_key=$(on_platform product create --secret-file "$work/secrets/product")
on_platform product dynamic-registration "$product_key" on
for device in gateway-{one,two,three,four,five,seven,eight} firmware-one; do
    on_platform device create "$product_key" "$device" --secret-file "$work/secrets/$device"
done
product_secret=(--product-secret-file "$work/secrets/product")
say "- ProductKey $product_key; the secrets are in files of mode 0600, and given by path"

step "gateway-one has a unique certificate per device: it stores its DeviceSecret and signs in"
gateway one gateway-one --device-secret-file "$work/secrets/gateway-one"
claim "it ended with 0" exit_code_is 0
claim "a message went to the platform and came back" says one "the message came back"
claim "the platform counts: activated true, registrations 0, sign_ins 1" \
    counts gateway-one "activated true, registrations 0, sign_ins 1"

step "gateway-two has its product's certificate, but does not register with a server it cannot verify"
ca='' gateway two-unverified gateway-two "${product_secret[@]}"
claim "it ended with 5 (network)" exit_code_is 5
claim "because the certificate is not trusted" says two-unverified LINKAUTH_ERROR_TRANSPORT_CERTIFICATE
claim "the platform counts: activated false, registrations 0, sign_ins 0" \
    counts gateway-two "activated false, registrations 0, sign_ins 0"

step "Told the platform's certificate authority, it registers over HTTPS, stores the secret and signs in"
gateway two-first gateway-two "${product_secret[@]}"
claim "it ended with 0, and had registered" ended_with_0 two-first "registered: "
gateway two-second gateway-two "${product_secret[@]}"
claim "started again, told the same, it signed in from the store" ended_with_0 two-second "signed in: "
claim "the platform counts: activated true, registrations 1, sign_ins 2" \
    counts gateway-two "activated true, registrations 1, sign_ins 2"

step "gateway-three is killed between registration and first sign-in"
gateway three-killed gateway-three "${product_secret[@]}" --kill-after-registration
claim "it ended by SIGKILL" exit_code_is 137
claim "the platform counts: activated false, registrations 1, sign_ins 0" \
    counts gateway-three "activated false, registrations 1, sign_ins 0"
gateway three-again gateway-three "${product_secret[@]}"
claim "started again, it signed in: the secret was stored before anything else" ended_with_0 three-again "signed in: "
claim "the platform counts: activated true, registrations 1, sign_ins 1" \
    counts gateway-three "activated true, registrations 1, sign_ins 1"

step "gateway-five registers over MQTT: its CONNECT asks, and a message brings the DeviceSecret"
over=mqtt gateway five-first gateway-five "${product_secret[@]}"
claim "it ended with 0, and had registered" ended_with_0 five-first "registered: the platform issued a DeviceSecret"
over=mqtt gateway five-second gateway-five "${product_secret[@]}"
claim "started again, it signed in from the store" ended_with_0 five-second "signed in: "
claim "the platform counts: activated true, registrations 1, sign_ins 2" \
    counts gateway-five "activated true, registrations 1, sign_ins 2"

step "gateway-six was never added: it registers without pre-registration, and signs in with a DeviceToken"
claim "the platform does not know it" none on_platform_quietly device show "$product_key" gateway-six
over=mqtt-no-pre-registration gateway six-first gateway-six "${product_secret[@]}"
claim "it ended with 0, and had registered" ended_with_0 six-first "registered: the platform issued a DeviceToken"
over=mqtt-no-pre-registration gateway six-second gateway-six "${product_secret[@]}"
claim "started again, it signed in from the store" ended_with_0 six-second "|authType=connwl,"
claim "the platform counts: activated true, registrations 1, sign_ins 2" \
    counts gateway-six "activated true, registrations 1, sign_ins 2"

step "firmware-one registers over an MQTT stack of its own, which tells linkauth message by message"
firmware firmware-first firmware-one
claim "it ended with 0, and had registered" ended_with_0 firmware-first "registered: "
firmware firmware-second firmware-one
claim "started again, it signed in from the store" ended_with_0 firmware-second "signed in: "
claim "the platform counts: activated true, registrations 1, sign_ins 2" \
    counts firmware-one "activated true, registrations 1, sign_ins 2"

step "Somebody registers under the name of gateway-seven before its first sign-in"
gateway seven-first gateway-seven "${product_secret[@]}" --exit-after-registration
store=clone gateway seven-clone gateway-seven "${product_secret[@]}" --exit-after-registration
gateway seven-again gateway-seven "${product_secret[@]}"
claim "its DeviceSecret was void, it registered again and signed in" \
    ended_with_0 seven-again LINKAUTH_ERROR_REFUSED_BEFORE_ACTIVATION
claim "the platform counts: activated true, registrations 3, sign_ins 1" \
    counts gateway-seven "activated true, registrations 3, sign_ins 1"

step "Refused, a gateway says what to check: a wrong DeviceSecret, then a wrong ProductSecret over MQTT"
for name in wrong-device wrong-product; do
    od -An -tx1 -N16 /dev/urandom | tr -d ' \n' >"$work/secrets/$name"
done
gateway four-wrong gateway-four --device-secret-file "$work/secrets/wrong-device"
claim "it ended with 3 (sign-in refused)" exit_code_is 3
claim "the status is LINKAUTH_ERROR_CONNACK_CREDENTIALS" says four-wrong LINKAUTH_ERROR_CONNACK_CREDENTIALS
over=mqtt gateway eight-wrong gateway-eight --product-secret-file "$work/secrets/wrong-product"
claim "it ended with 4 (registration refused)" exit_code_is 4
claim "the status is LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED" \
    says eight-wrong LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED
claim "the likely causes name the ProductSecret" says eight-wrong "2. ProductSecret and ProductKey do not belong together"
for device in gateway-four gateway-eight; do
    claim "the platform counts for $device: activated false, registrations 0, sign_ins 0" \
        counts "$device" "activated false, registrations 0, sign_ins 0"
done

step "gateway-two loses its store: an active device cannot register again, and the status says so"
store=lost gateway two-lost gateway-two "${product_secret[@]}"
claim "it ended with 4 (registration refused)" exit_code_is 4
claim "the platform's code is 6289" says two-lost "the platform's code is 6289"
claim "the platform counts: activated true, registrations 1, sign_ins 2" \
    counts gateway-two "activated true, registrations 1, sign_ins 2"

step "No secret shows"
claim "$(find "$work/logs" -type f | wc -l) files searched: what was printed, the platform's log, all arguments" \
    collect_secrets
claim "no ProductSecret, DeviceSecret or DeviceToken is in them" none holds_secret "$work/logs"
claim "no password and no signature is in them" none holds_signature "$work/logs"
claim "none is in the platform's arguments and environment" \
    none holds_secret "/proc/$platform/cmdline" "/proc/$platform/environ"
sha256sum </dev/null >"$work/like-a-password"
claim "the same search finds what looks like a password" holds_signature "$work/like-a-password"
claim "the same search finds a secret in each of the $(find "$work/stores" -type f -size +0 | wc -l) stored records" \
    each_record_holds_a_secret

step "Nothing is left"
stop_platform
account=/dev/null
claim "the platform ended with 0" exit_code_is 0
claim "process $platform is gone" is_gone "$platform"
claim "no other process of this demo runs" none something_runs
rm -rf "$work"
claim "$work is gone" [ ! -e "$work" ]

printf '\nAll of it was as claimed.\n'
