# SPDX-License-Identifier: Apache-2.0
# One interface target carries every flag; no CMAKE_C_FLAGS anywhere.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
add_library(flags INTERFACE)
target_include_directories(flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(flags INTERFACE _GNU_SOURCE)

option(WERROR "Warnings are errors" OFF)
set(SANITIZE "" CACHE STRING "e.g. address,undefined")

function(try_flags)
	foreach(f IN LISTS ARGN)
		string(MAKE_C_IDENTIFIER "HAVE${f}" v)
		check_c_compiler_flag("-Werror ${f}" ${v})
		if(${v})
			target_compile_options(flags INTERFACE ${f})
		endif()
	endforeach()
endfunction()

try_flags(-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wcast-qual
    -Wwrite-strings -Wformat=2 -Wformat-signedness -Wundef -Wvla -Walloca
    -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition
    -Wpointer-arith -Wimplicit-fallthrough -Wnull-dereference
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wjump-misses-init
    -Wtrampolines -Wbidi-chars=any -Wcomma -Wassign-enum
    -Wno-format-truncation)	# a message cut short is still a message
if(WERROR)
	target_compile_options(flags INTERFACE -Werror)
endif()

if(SANITIZE)
	target_compile_options(flags INTERFACE -fsanitize=${SANITIZE}
	    -fno-omit-frame-pointer -fno-sanitize-recover=all)
	target_link_options(flags INTERFACE -fsanitize=${SANITIZE})
	if(SANITIZE MATCHES memory)	# clang MSan is blind to explicit_bzero
		target_compile_definitions(flags INTERFACE explicit_bzero=bzero)
	endif()
else()
	# A sanitizer pads every frame: their size is judged without.
	try_flags(-Wframe-larger-than=4096)
	try_flags(-fstack-protector-strong -fstack-clash-protection
	    -fcf-protection=full -ftrivial-auto-var-init=zero
	    -fno-strict-aliasing -fno-delete-null-pointer-checks
	    -fstrict-flex-arrays=3)
	target_compile_options(flags INTERFACE
	    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE>
	    $<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=3>)
	target_link_options(flags INTERFACE LINKER:-z,relro LINKER:-z,now
	    LINKER:-z,noexecstack LINKER:--as-needed
	    # Not the PKCS#11 modules of the tests, which are there to be loaded.
	    $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:LINKER:-z,nodlopen>)
	# A table of bits instead of 24 bytes for each pointer to be relocated.
	check_linker_flag(C LINKER:-z,pack-relative-relocs HAVE_RELR)
	if(HAVE_RELR)
		target_link_options(flags INTERFACE
		    LINKER:-z,pack-relative-relocs)
	endif()
	set(CMAKE_POSITION_INDEPENDENT_CODE ON)
endif()
