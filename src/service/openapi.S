/* docs/openapi.json, in the program: OPENAPI_PATH is its path. */
    .section .rodata
    .global openapi_document
    .type openapi_document, %object
openapi_document:
    .incbin OPENAPI_PATH
0:
    .byte 0
    .size openapi_document, . - openapi_document
    .balign 8
    .global openapi_document_len
    .type openapi_document_len, %object
openapi_document_len:
    .quad 0b - openapi_document
    .size openapi_document_len, 8
    .section .note.GNU-stack, "", %progbits
