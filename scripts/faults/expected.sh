# shellcheck shell=bash
# Sourced by scripts/faults.sh: each fault wherever it can be played, and what the gateway has to make of it.
: "${work:?}"

signed_in="signed in"
# In words of libmosquitto's.
lost="waiting for the CONNACK: "
untrusted="A TLS error occurred"

playing https delay:200 0 "$signed_in"
playing mqtt delay:200 0 "$signed_in"
playing sign-in delay:200 0 "$signed_in"

playing https cut:40 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards https
playing mqtt cut:30 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards mqtt
# The CONNACK itself never comes whole: nothing is reported to the library, and what is stored stays as it was.
playing sign-in cut:2 5 "$lost"
afterwards sign-in

playing https trickle:2 0 "$signed_in"
playing mqtt trickle:2 0 "$signed_in"
# After its CONNACK there is nothing but the end of the connection: the library is signed in, the message does not come back.
playing sign-in trickle:2 5 "signed in: CONNACK 0"
afterwards sign-in

playing https missing:deviceSecret 5 LINKAUTH_ERROR_REPLY_INCOMPLETE
afterwards https
playing mqtt missing:deviceSecret 5 LINKAUTH_ERROR_REPLY_INCOMPLETE
afterwards mqtt
playing https wrong:deviceName=somebody-else 5 LINKAUTH_ERROR_REPLY_OTHER_DEVICE
afterwards https
playing mqtt wrong:deviceName=somebody-else 5 LINKAUTH_ERROR_REPLY_OTHER_DEVICE
afterwards mqtt
playing https chunked 0 "$signed_in"
playing https http-status:503 5 LINKAUTH_ERROR_REPLY_HTTP_STATUS
afterwards https

playing mqtt connack:2 4 LINKAUTH_ERROR_REGISTER_CONNACK_FORMAT
afterwards mqtt
playing mqtt connack:3 4 LINKAUTH_ERROR_REGISTER_CONNACK_UNAVAILABLE
afterwards mqtt
playing mqtt connack:4 4 LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED
afterwards mqtt
playing mqtt connack:5 4 LINKAUTH_ERROR_REGISTER_CONNACK_REFUSED
afterwards mqtt
playing sign-in connack:2 3 LINKAUTH_ERROR_CONNACK_CLIENT_ID
afterwards sign-in
playing sign-in connack:3 3 LINKAUTH_ERROR_CONNACK_UNAVAILABLE
afterwards sign-in
playing sign-in connack:4 3 LINKAUTH_ERROR_CONNACK_CREDENTIALS
afterwards sign-in
playing sign-in connack:5 3 LINKAUTH_ERROR_CONNACK_NOT_AUTHORISED
afterwards sign-in

# The platform closes the connection before the gateway loses patience.
playing mqtt push-lost 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
afterwards mqtt
playing mqtt push-twice 0 "$signed_in"
# MQTT 3.1.1 has the CONNACK first, always: a secret before it is not taken.
playing mqtt push-first 5 LINKAUTH_ERROR_REPLY_NOT_MQTT
afterwards mqtt

for flaw in expired:CERTIFICATE wrong-host:HOSTNAME; do
    for way in https mqtt; do
        playing "$way" "certificate:${flaw%:*}" 5 "LINKAUTH_ERROR_TRANSPORT_${flaw#*:}"
        afterwards "$way"
    done
    # The connection of the sign-in is the MQTT client's.
    playing sign-in "certificate:${flaw%:*}" 5 "$untrusted"
    afterwards sign-in
done

repeatedly https http-status:503 2 5 LINKAUTH_ERROR_REPLY_HTTP_STATUS
repeatedly https cut:0 3 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
repeatedly mqtt push-lost 2 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
repeatedly mqtt cut:3 2 5 LINKAUTH_ERROR_TRANSPORT_CLOSED
repeatedly sign-in connack:3 2 3 LINKAUTH_ERROR_CONNACK_UNAVAILABLE
repeatedly sign-in cut:2 3 5 "$lost"
retrying https http-status:503
retrying mqtt connack:3

faults=(delay cut trickle missing wrong chunked http-status connack:{2..5} push-{lost,twice,first} certificate:{expired,wrong-host})
tell "docs/platform.md says what the library makes of each fault" documented "${faults[@]}"
