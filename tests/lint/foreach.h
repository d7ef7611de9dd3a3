/* For cppcheck, which does not read jansson's header. */
#define json_array_foreach(array, index, value)                                                \
    for (index = 0; index < json_array_size(array) && (value = json_array_get(array, index));  \
         index++)
#define json_object_foreach(object, key, value)                                                \
    for (key = json_first_key(object); key && (value = json_object_get(object, key));          \
         key = json_next_key(object, key))
