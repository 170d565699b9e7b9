# SPDX-License-Identifier: Apache-2.0
# A package for Debian: `cpack -G DEB` in the build folder.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME stskey)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "stskey maintainers <maintainers@stskey.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY
    "short-lived AWS credentials from a key that stays in hardware")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"stskey keeps the secret of a long-term AWS access key inside a PKCS#11 token
(an HSM, SoftHSM2, a TPM) or sealed to a FIDO2 key, signs requests to AWS STS
with it there, takes the MFA code from a second token or by the touch of a
FIDO2 key, and hands the short-lived credentials that come back to every AWS
tool through credential_process. Only those ever reach a disk.")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE
    OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/stage.cmake)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# What no program is linked to: loaded by the call that needs it, and the
# certificates that STS is known by.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
    "ca-certificates, libassuan0, libp11-kit0, libpcsclite1, libqrencode4")
# udev's own rules (60-fido-id, 70-uaccess) give a FIDO2 key to whoever is
# logged in at the machine, so there are none here.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS
    "fido2-tools, libnotify-bin, pinentry-curses | pinentry, udev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "awscli, softhsm2")
include(CPack)
