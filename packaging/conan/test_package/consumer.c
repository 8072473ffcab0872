#include <linkauth.h>

int main(void)
{
    return linkauth_version_number() != LINKAUTH_VERSION_NUMBER;
}
