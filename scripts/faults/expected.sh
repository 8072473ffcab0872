# shellcheck shell=bash
# Sourced by scripts/faults.sh: each fault, and what the gateway has to make of it.
: "${work:?}"

signed_in="signed in"
registering https delay:200 0 "$signed_in"
registering https cut:40 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards https
registering https trickle:2 0 "$signed_in"
registering https missing:deviceSecret 5 LINKAUTH_ERROR_REPLY_INCOMPLETE
afterwards https
registering https wrong:deviceName=somebody-else 5 LINKAUTH_ERROR_REPLY_OTHER_DEVICE
afterwards https
registering https chunked 0 "$signed_in"
registering https http-status:503 5 LINKAUTH_ERROR_REPLY_HTTP_STATUS
afterwards https
registering https certificate:expired 5 LINKAUTH_ERROR_TRANSPORT_CERTIFICATE
afterwards https
registering https certificate:wrong-host 5 LINKAUTH_ERROR_TRANSPORT_HOSTNAME
afterwards https
registering mqtt delay:200 0 "$signed_in"
registering mqtt cut:30 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards mqtt
registering mqtt trickle:2 0 "$signed_in"
registering mqtt missing:deviceSecret 5 LINKAUTH_ERROR_REPLY_INCOMPLETE
afterwards mqtt
registering mqtt wrong:productKey=b1somebody 5 LINKAUTH_ERROR_REPLY_OTHER_PRODUCT
afterwards mqtt
registering mqtt connack:3 4 LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE
afterwards mqtt
# The platform closes the connection before the gateway loses patience.
registering mqtt push-lost 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards mqtt
registering mqtt push-twice 0 "$signed_in"
# MQTT 3.1.1 has the CONNACK first, always: a secret before it is not taken.
registering mqtt push-first 5 LINKAUTH_ERROR_REPLY_NOT_MQTT
afterwards mqtt
signing_in connack:3 3 LINKAUTH_ERROR_CONNACK_UNAVAILABLE
signing_in connack:4 3 LINKAUTH_ERROR_CONNACK_CREDENTIALS
signing_in connack:5 3 LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED
signing_in delay:200 0 "$signed_in"
