/* Paho C over hand-made credentials: the client that a C developer takes who has no SDK. See ../README.md. */
#include <MQTTClient.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { REFUSED = 3, PATIENCE_MS = 40000, CONNACK_MAX = 5 };

static char secret[80], topic[128], username[96];

static const char *variable(const char *name)
{
    const char *value = getenv(name);
    if (value == NULL) {
        fprintf(stderr, "%s is not set\n", name);
        exit(1);
    }
    return value;
}

static void sign(const char *content, char password[65])
{
    unsigned char mac[32];
    unsigned int length = sizeof mac;
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)content, strlen(content), mac, &length);
    for (unsigned int i = 0; i < length; i++)
        snprintf(password + 2 * i, 3, "%02x", mac[i]);
}

/* Ends the program if the platform refuses. */
static MQTTClient connect_with(const char *client_id, const char *password, int tls)
{
    char uri[160];
    MQTTClient client;
    MQTTClient_connectOptions options = MQTTClient_connectOptions_initializer;
    MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer;
    snprintf(uri, sizeof uri, "%s://%s:%s", tls ? "ssl" : "tcp", variable("HOST"),
             variable(tls ? "TLS_PORT" : "PLAIN_PORT"));
    if (MQTTClient_create(&client, uri, client_id, MQTTCLIENT_PERSISTENCE_NONE, NULL) != MQTTCLIENT_SUCCESS)
        exit(1);
    options.username = username;
    options.password = password;
    options.keepAliveInterval = 60;
    options.MQTTVersion = MQTTVERSION_3_1_1;
    ssl.trustStore = variable("CA");
    ssl.verify = 1;
    if (tls)
        options.ssl = &ssl;
    int code = MQTTClient_connect(client, &options);
    if (code == MQTTCLIENT_SUCCESS)
        return client;
    printf("%s %d\n", code > 0 && code <= CONNACK_MAX ? "refused" : "failed", code);
    exit(code > 0 && code <= CONNACK_MAX ? REFUSED : 1);
}

/* Receives one message into a NUL-terminated text. */
static int receive(MQTTClient client, const char *wanted, char *text, size_t size)
{
    char *name = NULL;
    int length = 0;
    MQTTClient_message *message = NULL;
    int code = MQTTClient_receive(client, &name, &length, &message, PATIENCE_MS);
    if ((code != MQTTCLIENT_SUCCESS && code != MQTTCLIENT_TOPICNAME_TRUNCATED) || message == NULL)
        return 1;
    int fits = strcmp(name, wanted) == 0 && (size_t)message->payloadlen < size;
    if (fits) {
        memcpy(text, message->payload, (size_t)message->payloadlen);
        text[message->payloadlen] = '\0';
    }
    MQTTClient_freeMessage(&message);
    MQTTClient_free(name);
    return !fits;
}

static int talk(MQTTClient client)
{
    char text[64];
    char hello[] = "hello from Paho C";
    if (MQTTClient_subscribe(client, topic, 1) != MQTTCLIENT_SUCCESS ||
        MQTTClient_publish(client, topic, (int)strlen(hello), hello, 1, 0, NULL) != MQTTCLIENT_SUCCESS ||
        receive(client, topic, text, sizeof text) != 0)
        return 1;
    return strcmp(text, hello) != 0;
}

static int sign_in(int tls)
{
    char content[256], client_id[160], password[65];
    snprintf(content, sizeof content, "clientIdpaho-cdeviceName%sproductKey%stimestamp2524608000000",
             variable("DEVICE_NAME"), variable("PRODUCT_KEY"));
    snprintf(client_id, sizeof client_id, "paho-c|securemode=%d,signmethod=hmacsha256,timestamp=2524608000000|",
             tls ? 2 : 3);
    sign(content, password);
    return talk(connect_with(client_id, password, tls));
}

/* The value of a member of flat JSON whose values need no escapes. */
static int member(const char *json, const char *name, char *value, size_t size)
{
    char key[40];
    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = strstr(json, key);
    if (start == NULL)
        return 1;
    start += strlen(key);
    size_t length = strcspn(start, "\"");
    if (length >= size)
        return 1;
    memcpy(value, start, length);
    value[length] = '\0';
    return 0;
}

static void register_over_mqtt(const char *auth_type, const char *wanted, char *json, size_t size)
{
    char content[256], client_id[160], password[65];
    snprintf(content, sizeof content, "deviceName%sproductKey%srandom4711", variable("DEVICE_NAME"),
             variable("PRODUCT_KEY"));
    snprintf(client_id, sizeof client_id, "paho-c|securemode=2,signmethod=hmacsha256,random=4711,authType=%s|",
             auth_type);
    sign(content, password);
    MQTTClient client = connect_with(client_id, password, 1);
    if (receive(client, wanted, json, size) != 0)
        exit(1);
    MQTTClient_disconnect(client, 0);
    MQTTClient_destroy(&client);
}

static int register_known(void)
{
    char json[512], issued[80];
    register_over_mqtt("register", "/ext/register", json, sizeof json);
    if (member(json, "deviceSecret", issued, sizeof issued) != 0)
        return 1;
    umask(077);
    FILE *file = fopen(variable("ISSUED"), "w");
    return file == NULL || fputs(issued, file) == EOF || fclose(file) != 0;
}

static int register_unknown(void)
{
    char json[512], name[80], client_id[160], token[160];
    register_over_mqtt("regnwl", "/ext/regnwl", json, sizeof json);
    if (member(json, "clientId", name, sizeof name) != 0 || member(json, "deviceToken", token, sizeof token) != 0)
        return 1;
    snprintf(client_id, sizeof client_id, "%s|securemode=-2,authType=connwl|", name);
    return talk(connect_with(client_id, token, 1));
}

int main(int argc, char **argv)
{
    const char *operation = argc > 1 ? argv[1] : "";
    if (fgets(secret, sizeof secret, stdin) == NULL)
        return 1;
    snprintf(topic, sizeof topic, "/%s/%s/user/get", variable("PRODUCT_KEY"), variable("DEVICE_NAME"));
    snprintf(username, sizeof username, "%s&%s", variable("DEVICE_NAME"), variable("PRODUCT_KEY"));
    if (strcmp(operation, "sign-in-tls") == 0)
        return sign_in(1);
    if (strcmp(operation, "sign-in-plain") == 0)
        return sign_in(0);
    if (strcmp(operation, "register-mqtt") == 0)
        return register_known();
    if (strcmp(operation, "register-unknown") == 0)
        return register_unknown();
    return 1;
}
