# SPDX-License-Identifier: Apache-2.0
# What a Debian package has beside what `cmake --install` puts there: run by
# cpack when that is done, before it packs.
set(root ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(doc ${root}/doc/${CPACK_PACKAGE_NAME})

# -n: no time, so that the same sources give the same file.
function(pack)
	execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/copyright ${doc}/copyright)
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/changelog ${doc}/changelog.Debian)
file(RENAME ${doc}/CHANGELOG.md ${doc}/changelog)
file(GLOB pages ${root}/man/man*/*.[1-8])
pack(${pages} ${doc}/changelog ${doc}/changelog.Debian)
file(MAKE_DIRECTORY ${root}/lintian/overrides)
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/overrides
    ${root}/lintian/overrides/${CPACK_PACKAGE_NAME})
